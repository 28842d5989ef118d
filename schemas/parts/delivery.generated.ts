// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { FactBasis } from './fact_basis.generated.ts'

/** How one hook reached the bridge. The same record in every event. */
export interface Delivery {
  /** Id of this delivery: the webhook-id or Idempotency-Key header (a retry or resend repeats it), else a UUIDv7 minted at the door. */
  id: string
  /** SHA-256 of the raw body, 64 hexadecimal digits. */
  body_sha256: string
  /** Equal for one fact that arrives by system, group and project hook; how sure that is says fact_basis. */
  fact_id: string
  /** exact: the fields behind fact_id name one occurrence. content: the same fields can recur. delivery: nothing better exists, fact_id is the delivery id. */
  fact_basis: FactBasis
  /** The event type the bridge decided on: the last word of the topic, e.g. push or confidential_issue. */
  event_type: string
  /** The X-Gitlab-Event header as received, e.g. Push Hook or System Hook. */
  event_header: string | null
  /** Name of the configured sender that proved itself with this hook. */
  source: string
  /** Base URL of the GitLab instance: pinned by the source, else the X-Gitlab-Instance header (since GitLab 15.5). */
  instance: string | null
  /** The User-Agent header, GitLab/<version>: tells which version shaped the body. */
  user_agent: string | null
  /** When the bridge received the hook, milliseconds since 1970 UTC. Also the timestamp of the record. */
  received_at: number
  /** When the thing happened by GitLab's own words, milliseconds since 1970 UTC; null where GitLab does not say (a push has no push time). */
  occurred_at: number | null
  /** Where the body was too large for the cluster: raw is empty, and the body lies in so many pieces on the topic gitlab.raw-chunks under the key id. Null: raw is here. */
  raw_chunks: number | null
  /** Dotted paths of the fields whose value came in a shape we could not read; they are null (or empty) here and intact in raw. */
  coercion_faults: string[]
}
