// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** A group was created, deleted or renamed. Five event types have this schema, and delivery.event_type says which one it is: group_create, group_destroy and group_rename come from system hooks, subgroup_create and subgroup_destroy from group webhooks. GitLab does not say who did it. */
export interface GroupLifecycle {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: the event type. */
  event_name: string | null
  /** Time when the group was created. */
  created_at: number | null
  /** Time when the group was last changed. */
  updated_at: number | null
  /** Display name of the group. */
  name: string | null
  /** Last segment of the path of the group. */
  path: string | null
  /** Full path of the group. System hooks of old GitLab versions send it only for group_rename. */
  full_path: string | null
  /** Id of the group. The key of the record is group:<id>. Required: a hook without it is quarantined. */
  group_id: number
  /** Last segment of the previous path. Only set for group_rename. */
  old_path: string | null
  /** Previous full path. Only set for group_rename. */
  old_full_path: string | null
  /** Id of the parent group. Only set for subgroup_create and subgroup_destroy. */
  parent_group_id: number | null
  /** Display name of the parent group. Only set for subgroup_create and subgroup_destroy. */
  parent_name: string | null
  /** Last segment of the path of the parent group. Only set for subgroup_create and subgroup_destroy. */
  parent_path: string | null
  /** Full path of the parent group. Only set for subgroup_create and subgroup_destroy. */
  parent_full_path: string | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
