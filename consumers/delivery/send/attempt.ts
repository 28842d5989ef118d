import { messageOf } from '../../../lib/errors.ts'
import { headerOf } from '../../../lib/http/header-of.ts'
import { parseRetryAfter } from '../../../lib/http/retry-after.ts'
import type { AnyRequest, Outbound, OutboundAnswer } from '../http/outbound.ts'
import type { SeenAnswer } from '../outbox/settle.ts'
import type { Attempt } from './courier.ts'

/** The first bytes of an answer that an operator sees. */
const maxSeenText = 500

/** What a destination answered, without the secrets that the answer may repeat. */
export const seenAnswer = (answer: OutboundAnswer, secrets: readonly string[]): SeenAnswer => ({
  status: answer.status,
  text: withoutSecrets(answer.text, secrets).slice(0, maxSeenText),
})

export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((all, secret) => (secret === '' ? all : all.replaceAll(secret, '***')), text)

/** The destination itself is not as it should be: a revoked address, a wrong token. It may be corrected. */
const ofDestination = new Set([401, 403, 404, 407, 410])
/** It is busy, or unwell. */
const isOutage = (status: number) => status === 408 || status === 425 || status === 429 || status >= 500

/**
 * Sends one request and says what became of it. Name, TLS and connection errors can end, so they are tried
 * again.
 *
 * @param secrets texts that must not be seen in an answer or an error
 * @param judge decides about an answer that has the status 2xx; by default it was sent
 */
export const attempt = async (
  outbound: Outbound,
  request: AnyRequest,
  secrets: readonly string[],
  judge: (answer: OutboundAnswer) => { remoteId?: string } | undefined = () => ({}),
): Promise<Attempt> => {
  let answer: OutboundAnswer
  try {
    answer = await outbound.send(request)
  } catch (error) {
    return withoutAnswer(error, secrets)
  }
  const failed = failedBy(answer, secrets)
  if (failed !== undefined) return failed
  const seen = seenAnswer(answer, secrets)
  const sent = judge(answer)
  return sent === undefined ? { result: 'refused', answer: seen } : { result: 'sent', answer: seen, ...sent }
}

/** A destination that cannot take a message now, or will never take it. */
export type Failed = Extract<Attempt, { result: 'retry' | 'refused' }>

/** What follows from an error of the connection. */
export const withoutAnswer = (error: unknown, secrets: readonly string[]): Failed => ({
  result: 'retry',
  answer: failureOf(error, secrets),
})

/** What follows from the status of an answer; undefined if it is 2xx. */
export const failedBy = (answer: OutboundAnswer, secrets: readonly string[]): Failed | undefined => {
  const { status } = answer
  if (status >= 200 && status < 300) return undefined
  const seen = seenAnswer(answer, secrets)
  if (!isOutage(status) && !ofDestination.has(status))
    return { result: 'refused', answer: { ...seen, effect: 'none' } }
  const retryAfterMs = parseRetryAfter(headerOf(answer.headers, 'retry-after'), Date.now())
  return {
    result: 'retry',
    answer: { ...seen, effect: status >= 500 ? 'unknown' : 'none' },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

const failureOf = (error: unknown, secrets: readonly string[]): SeenAnswer => {
  const cause = error instanceof AggregateError && error.message === '' ? error.errors[0] : error
  const code = String((cause as { code?: unknown }).code ?? '')
  const text = (cause as Error).name === 'TimeoutError' ? 'no answer in time' : messageOf(cause)
  return {
    text: withoutSecrets(text, secrets).slice(0, maxSeenText),
    effect: wasNotSent(code, cause) ? 'none' : 'unknown',
  }
}

const wasNotSent = (code: string, cause: unknown): boolean =>
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(code) ||
  /CERT|ERR_TLS|UNABLE_TO/.test(code) ||
  (cause as Error).name === 'ForbiddenAddressError'
