// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { FactBasis } from './fact_basis.generated.ts'

/** How and when one hook reached the bridge, and which fact it reports. Every event contains this record. */
export interface Delivery {
  /** Id of this delivery, from the webhook-id or the Idempotency-Key header. A retry or a resend has the same id. If the hook has neither header, the bridge creates a UUIDv7. */
  id: string
  /** SHA-256 hash of the raw body, as 64 hexadecimal digits. */
  body_sha256: string
  /** Id of the fact. It is the same when one fact arrives by a system, a group and a project hook. The field fact_basis says how certain this is. */
  fact_id: string
  /** How certain fact_id is. exact: the fields that make fact_id identify one occurrence. content: the same fields can occur again. delivery: nothing but the delivery identifies the fact, so fact_id is the delivery id. */
  fact_basis: FactBasis
  /** The event type that the bridge determined. It is the last part of the topic name, e.g. push or confidential_issue. */
  event_type: string
  /** The X-Gitlab-Event header as the bridge received it, e.g. Push Hook or System Hook. */
  event_header: string | null
  /** Name of the configured source that sent this hook. The bridge has authenticated it. */
  source: string
  /** Base URL of the GitLab instance. It is taken from the configuration of the source; if it is not set there, from the X-Gitlab-Instance header (available since GitLab 15.5). */
  instance: string | null
  /** The User-Agent header: GitLab/<version>. It shows which GitLab version wrote the body. */
  user_agent: string | null
  /** Time when the bridge received the hook, in milliseconds since 1970 UTC. It is also the timestamp of the record. */
  received_at: number
  /** Time when the event happened, as GitLab reports it, in milliseconds since 1970 UTC. Null if GitLab does not report it (e.g. a push has no push time). */
  occurred_at: number | null
  /** Set if the body was too large for the cluster. Then raw is empty, and this is the number of chunks of the body on the topic gitlab.raw-chunks. The key of the chunks is id. Null if the body is in raw. */
  raw_chunks: number | null
  /** Dotted paths of the fields whose value the bridge could not read. These fields are null (or empty) here, and their original value is in raw. */
  coercion_faults: string[]
}
