// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An authenticated hook that could not become a typed record, because it is not JSON, lacks a required field, is too large or is too complex. Nothing is lost: the whole body is in raw. */
export interface Quarantine {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** The event that the hook names. It is taken from object_kind; if that is missing, from event_name; if that is missing too, from the X-Gitlab-Event header. Null if none of them names an event. At most 100 characters. */
  event_name: string | null
  /** Id of the project that the event belongs to, if the bridge could read it. */
  project_id: number | null
  /** Reason for the quarantine: not_json, not_an_object, missing_identity (a required field is missing), unencodable, too_large or too_complex. Later versions can add reasons. */
  reason: string
  /** The reason as text for people. It names the field or the limit. */
  detail: string | null
  /** Id of the group that the event belongs to, if it belongs to no project and GitLab names the group. The id is then part of the key of the record (group:<id>). */
  group_id: number | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
