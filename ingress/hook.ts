import type { IncomingHttpHeaders } from 'node:http'

/** One call of GitLab, authenticated, with its body as it came: what the spool keeps, and what becomes a record. */
export interface Hook {
  /** GitLab's `webhook-id` or `Idempotency-Key`, equal on a resend; else a UUIDv7 of ours. */
  id: string
  /** Which configured sender it came from. */
  source: string
  /** Milliseconds since 1970. */
  receivedAt: number
  /** Those that say something of the hook; never its credentials. */
  headers: IncomingHttpHeaders
  body: Buffer
}

const telling = ['x-gitlab-event', 'x-gitlab-instance', 'user-agent', 'traceparent'] as const

const maxHeaderLength = 500

/**
 * The headers of a request that go with the hook.
 *
 * @param instance the GitLab instance the source is pinned to, if it is
 */
export const hookHeaders = (
  headers: IncomingHttpHeaders,
  instance: string | undefined,
): IncomingHttpHeaders => {
  const kept: IncomingHttpHeaders = {}
  for (const name of telling) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value.slice(0, maxHeaderLength)
  }
  return instance === undefined ? kept : { ...kept, 'x-gitlab-instance': instance }
}
