import type { IncomingHttpHeaders } from 'node:http'

/** One call of GitLab, authenticated, with its body as it came: what the spool keeps, and what becomes a record. */
export interface Hook {
  /** GitLab's `webhook-id` or `Idempotency-Key`, equal on a resend; else a UUIDv7 of ours. */
  id: string
  /** Which configured sender it came from. */
  source: string
  /** Milliseconds since 1970. */
  receivedAt: number
  headers: IncomingHttpHeaders
  body: Buffer
}
