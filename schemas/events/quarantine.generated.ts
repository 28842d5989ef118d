// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An authenticated hook that could not be made a typed record: not JSON, no identity, too large. Nothing is dropped; the body is in raw. */
export interface Quarantine {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** What the hook says it is: object_kind, else event_name, else the X-Gitlab-Event header; null where none says anything. At most 100 characters. */
  event_name: string | null
  /** Id of the project the event belongs to, where one could be read. */
  project_id: number | null
  /** Why: not_json, not_an_object, missing_identity, unencodable, too_large. More may come. */
  reason: string
  /** The same for people; names the field or the limit. */
  detail: string | null
  /** Id of the group the event belongs to, where it belongs to no project and GitLab names the group. Then also the key of the record. */
  group_id: number | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
