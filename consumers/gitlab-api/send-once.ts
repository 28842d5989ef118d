import { messageOf } from '../../lib/errors.ts'
import { type GitlabFailure, gitlabError } from './failure.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import { askedWaitMs } from './rate-gate.ts'
import { type AnswerBody, bodyOf, failureKindOf, reasonIn } from './read-answer.ts'
import { type Answer, AnswerTooLargeError, type Method, type Transport } from './transport.ts'

/** A request below `/api/v4`. */
export interface RawRequest {
  method: Method
  /** With its query. */
  target: string
  /** JSON text. */
  body: string | undefined
}

export interface RawAnswer extends Answer {
  parsed: AnswerBody
}

/**
 * Sends a request once. An answer of 3xx is returned and not followed.
 *
 * @param onAnswer called with every answer, also with that of a failure
 * @throws GitlabRetriableError, GitlabPermanentError; the reason of `signal` once it is aborted
 */
export const sendOnce = async (
  transport: Transport,
  instance: GitlabInstance,
  request: RawRequest,
  timing: { attemptMs: number; signal: AbortSignal | undefined },
  onAnswer: (answer: Answer) => void,
): Promise<RawAnswer> => {
  const answer = await receive(transport, instance, request, timing)
  onAnswer(answer)
  const parsed = bodyOf(answer)
  if (isRedirect(answer)) return { ...answer, parsed }
  const kind = failureKindOf(answer.status, parsed)
  if (kind === undefined) return { ...answer, parsed }
  const reason = reasonIn(parsed, (text) => withoutToken(text, instance.token))
  const advice = adviceOn[kind]?.(instance) ?? ''
  const effect = kind === 'unavailable' && request.method !== 'GET' ? 'unknown' : 'none'
  throw gitlabError(
    `${nameOf(instance, request)} was answered ${answer.status}${reason && `: ${reason}`}${advice}`,
    { kind, status: answer.status, effect },
    retryOptionsOf(answer),
  )
}

const retryOptionsOf = (answer: Answer): { retryAfterMs?: number } => {
  const retryAfterMs = askedWaitMs(answer)
  return retryAfterMs === undefined ? {} : { retryAfterMs }
}

const isRedirect = ({ status }: Answer): boolean => [301, 302, 307, 308].includes(status)

/** For errors: without the query, which may hold e-mail addresses. */
export const nameOf = ({ url }: GitlabInstance, { method, target }: RawRequest): string =>
  `${method} ${url}/api/v4${target.split('?')[0]}`

const page = 'docs/gitlab-tokens.md says how to create one.'
const adviceOn: Readonly<Partial<Record<GitlabFailure['kind'], (instance: GitlabInstance) => string>>> = {
  unauthorized: ({ tokenSetting }) => `. Put a valid token into ${tokenSetting}; ${page}`,
  insufficient_scope: ({ tokenSetting }) => `. Put a token of a wider scope into ${tokenSetting}; ${page}`,
}

const receive = async (
  transport: Transport,
  instance: GitlabInstance,
  request: RawRequest,
  { attemptMs, signal }: { attemptMs: number; signal: AbortSignal | undefined },
): Promise<Answer> => {
  signal?.throwIfAborted()
  const limit = AbortSignal.timeout(attemptMs)
  try {
    return await transport.send({
      method: request.method,
      url: `${instance.url}/api/v4${request.target}`,
      headers: headersOf(instance.token, request.body),
      body: request.body,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
  } catch (error) {
    signal?.throwIfAborted()
    const problem = limit.aborted ? `no answer within ${attemptMs / 1000} s` : messageOf(reasonOf(error))
    throw gitlabError(
      `${nameOf(instance, request)} failed: ${withoutToken(problem, instance.token)}${caAdvice(error)}`,
      {
        kind: error instanceof AnswerTooLargeError ? 'unexpected' : 'unavailable',
        status: undefined,
        effect: request.method === 'GET' || wasNeverSent(error) ? 'none' : 'unknown',
      },
      { cause: error },
    )
  }
}

const headersOf = (token: string, body: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  'private-token': token,
  'user-agent': 'gitlab-kafka-bridge',
  ...(body !== undefined && { 'content-type': 'application/json' }),
})

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '')

/** Several addresses of one name fail with one error, which has no message of its own. */
const reasonOf = (error: unknown): unknown =>
  error instanceof AggregateError && error.message === '' ? error.errors[0] : error

const wasNeverSent = (error: unknown): boolean =>
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(
    codeOf(error),
  ) || isUntrusted(error)

/** The connection was refused by us, before the request was sent. */
const isUntrusted = (error: unknown): boolean => /CERT|ERR_TLS|UNABLE_TO/.test(codeOf(error))

const caAdvice = (error: unknown): string =>
  /SELF_SIGNED|UNABLE_TO/.test(codeOf(error))
    ? '. If its certificate authority is private, set GITLAB_API_CA_FILE (or ca_file in GITLAB_API_FILE)'
    : ''

/** No answer of GitLab is known to repeat the token, but a proxy that answers with the request would. */
const withoutToken = (text: string, token: string): string => text.replaceAll(token, '***')
