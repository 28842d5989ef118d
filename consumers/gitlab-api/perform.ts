import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../lib/backoff.ts'
import { headerOf } from '../../lib/http/header-of.ts'
import {
  type FailureKind,
  type GitlabPermanentError,
  GitlabRetriableError,
  gitlabError,
  gitlabFailureOf,
} from './failure.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import { redirectTargetOf } from './links.ts'
import type { TimeLimits } from './patience.ts'
import type { RateGate } from './rate-gate.ts'
import { nameOf, type RawAnswer, type RawRequest, sendOnce } from './send-once.ts'
import type { Transport } from './transport.ts'

/** What all requests of one client share. */
export interface Connection {
  /** As it is configured now: its token may change between two requests. */
  instance(): GitlabInstance
  transport: Transport
  gate: RateGate
  /** Called after each request that was sent, with its duration in seconds if it is known. */
  onSent(outcome: 'ok' | FailureKind, seconds: number | undefined): void
}

export interface Timing {
  limits: TimeLimits
  signal: AbortSignal | undefined
}

const limitBackoff: Backoff = { firstMs: 1000, maxMs: 60_000, jitter: 0.2 }
const outageBackoff: Backoff = { firstMs: 250, maxMs: 10_000, jitter: 0.2 }

/**
 * Sends a request, waits while GitLab limits the rate, and repeats what may be repeated, until the time of
 * the request is over. Redirects to another path of the same GitLab are followed for requests that only read.
 *
 * @throws the error of the last attempt
 */
export const perform = async (
  connection: Connection,
  request: RawRequest,
  { limits, signal }: Timing,
): Promise<RawAnswer> => {
  const deadline = performance.now() + limits.totalMs
  const isInTime = (waitMs: number) => performance.now() + waitMs + limits.attemptMs <= deadline
  for (let repetitions = 0; ; repetitions += 1) {
    const gateMs = connection.gate.waitMs()
    if (gateMs > 0 && !isInTime(gateMs)) throw limitedFor(gateMs, connection.instance(), request)
    if (gateMs > 0) await pause(gateMs, signal)
    try {
      return await sendAndFollow(connection, request, limits.attemptMs, signal)
    } catch (error) {
      const waitMs = repeatAfterMs(error, request, repetitions, limits)
      if (waitMs === undefined || !isInTime(waitMs)) throw error
      await pause(waitMs, signal)
    }
  }
}

/** @throws the reason of the signal, as all other waits of a request do */
const pause = async (waitMs: number, signal: AbortSignal | undefined): Promise<void> => {
  await sleep(waitMs, undefined, { signal }).catch(() => undefined)
  signal?.throwIfAborted()
}

const limitedFor = (
  retryAfterMs: number,
  instance: GitlabInstance,
  request: RawRequest,
): GitlabRetriableError | GitlabPermanentError => {
  const seconds = Math.ceil(retryAfterMs / 1000)
  return gitlabError(
    `${nameOf(instance, request)} was not sent: GitLab's rate limit ends in ${seconds} s`,
    { kind: 'rate_limited', status: undefined, effect: 'none' },
    { retryAfterMs },
  )
}

/** @returns undefined if the request must not be repeated */
const repeatAfterMs = (
  error: unknown,
  { method }: RawRequest,
  repetitions: number,
  limits: TimeLimits,
): number | undefined => {
  const kind = gitlabFailureOf(error)?.kind
  const asked = error instanceof GitlabRetriableError ? error.retryAfterMs : undefined
  // GitLab has not done what it answers with 429, so that any method can be repeated.
  if (kind === 'rate_limited') return waitOf(asked, limitBackoff, repetitions)
  if (kind !== 'unavailable' || method !== 'GET' || repetitions >= limits.repetitions) return undefined
  return waitOf(asked, outageBackoff, repetitions)
}

/** An answer that asks for no wait at all, time after time, must not lead to requests without a pause. */
const waitOf = (asked: number | undefined, backoff: Backoff, repetitions: number): number =>
  asked === undefined ? backoffMs(backoff, repetitions + 1) : Math.max(asked, backoff.firstMs)

const maxRedirects = 3

const sendAndFollow = async (
  connection: Connection,
  request: RawRequest,
  attemptMs: number,
  signal: AbortSignal | undefined,
): Promise<RawAnswer> => {
  let { target } = request
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const instance = connection.instance()
    const answer = await measured(connection, () =>
      sendOnce(connection.transport, instance, { ...request, target }, { attemptMs, signal }, (each) =>
        connection.gate.note(each),
      ),
    )
    if (answer.status < 300) return answer
    const location = headerOf(answer.headers, 'location')
    const next = redirectTargetOf(location, instance.url, [instance.url, instance.instance])
    if (next === undefined || next === target || request.method !== 'GET')
      throw refusedRedirect(instance, request, answer.status, location)
    target = next
  }
  throw refusedRedirect(connection.instance(), request, 301, undefined)
}

const refusedRedirect = (
  instance: GitlabInstance,
  request: RawRequest,
  status: number,
  location: string | undefined,
): GitlabRetriableError | GitlabPermanentError => {
  const target = URL.parse(location ?? '', instance.url)
  const place = target === null ? 'nowhere' : target.origin + target.pathname
  return gitlabError(
    `${nameOf(instance, request)} was redirected to ${place}, which is not followed. ` +
      'If GitLab has another address, correct GITLAB_API_URL (or url in GITLAB_API_FILE)',
    // A proxy in front of GitLab redirects to its sign-in page: no record is at fault.
    { kind: 'unavailable', status, effect: 'none' },
  )
}

const measured = async <T>({ onSent }: Connection, send: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now()
  const report = (outcome: 'ok' | FailureKind) => onSent(outcome, (performance.now() - startedAt) / 1000)
  try {
    const answer = await send()
    report('ok')
    return answer
  } catch (error) {
    const kind = gitlabFailureOf(error)?.kind
    if (kind !== undefined) report(kind)
    throw error
  }
}
