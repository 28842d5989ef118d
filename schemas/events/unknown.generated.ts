// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An authenticated hook for which the bridge has no type, such as a future event, a custom webhook template or an empty object. Nothing is lost: the whole body is in raw. */
export interface Unknown {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** The event that the hook names. It is taken from object_kind; if that is missing, from event_name; if that is missing too, from the X-Gitlab-Event header. Null if none of them names an event. At most 100 characters. */
  event_name: string | null
  /** Id of the project that the event belongs to. It is also the key of the record. Null if GitLab names no project. */
  project_id: number | null
  /** Id of the group that the event belongs to, if it belongs to no project and GitLab names the group. The id is then part of the key of the record (group:<id>). */
  group_id: number | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
