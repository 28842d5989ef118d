import { randomUUIDv7 } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { hookHeaderNames } from '../schemas/hook-headers.ts'

/** One authenticated HTTP call of GitLab with its unchanged body. The spool stores hooks. */
export interface Hook {
  /** GitLab's `webhook-id` or `Idempotency-Key`, which a resend repeats; without one, our own UUIDv7. */
  id: string
  /** Name of the configured source that sent the hook. */
  source: string
  /** When its body was complete and authenticated, in milliseconds since 1970. */
  receivedAt: number
  /** The forwarded headers. They never contain credentials. */
  headers: IncomingHttpHeaders
  body: Buffer
}

const forwardedNames = [
  'x-gitlab-event',
  'x-gitlab-instance',
  'user-agent',
  'traceparent',
  ...hookHeaderNames,
] as const

/**
 * Names the event of what the ingress says of itself. It is not among the forwarded headers, so no sender can
 * set it.
 */
export const ownEventHeader = 'bridge-event'

/** The source of what the ingress says of itself. No sender can have it, because a colon is not allowed. */
export const ownSource = 'bridge:ingress'

const maxHeaderLength = 500

/**
 * The headers of a request that stay with the hook.
 *
 * @param instance URL of the GitLab instance if it is configured for the source; it replaces the header
 */
export const forwardedHeaders = (
  headers: IncomingHttpHeaders,
  instance: string | undefined,
): IncomingHttpHeaders => {
  const forwarded: IncomingHttpHeaders = {}
  for (const name of forwardedNames) {
    const value = headers[name]
    if (typeof value === 'string') forwarded[name] = value.slice(0, maxHeaderLength)
  }
  return instance === undefined ? forwarded : { ...forwarded, 'x-gitlab-instance': instance }
}

const idPattern = /^[\x21-\x7e]{1,200}$/

/** The id of a delivery. A hash of the body cannot replace it: two different facts can have equal bodies. */
export const deliveryIdOf = (headers: IncomingHttpHeaders): string => {
  const given = headers['webhook-id'] ?? headers['idempotency-key']
  return typeof given === 'string' && idPattern.test(given) ? given : randomUUIDv7()
}
