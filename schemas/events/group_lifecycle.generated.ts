// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** A group came, went, or changed its name or path; shared by group_create, group_destroy, group_rename (system hooks) and subgroup_create, subgroup_destroy (group hooks), see delivery.event_type. Names the group, not who acted. */
export interface GroupLifecycle {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: the event type. */
  event_name: string | null
  /** When the group was created. */
  created_at: number | null
  /** When the group was last changed. */
  updated_at: number | null
  /** Display name. */
  name: string | null
  /** Last segment of the path. */
  path: string | null
  /** Full path. Old system hooks send it on rename only. */
  full_path: string | null
  /** Group id. Also the key of the record, as group:<id>. Identity: without it the hook is quarantined. */
  group_id: number
  /** Last segment of the path before. group_rename only. */
  old_path: string | null
  /** Full path before. group_rename only. */
  old_full_path: string | null
  /** Parent group. subgroup_* only. */
  parent_group_id: number | null
  /** Display name of the parent group. subgroup_* only. */
  parent_name: string | null
  /** Last segment of the parent group's path. subgroup_* only. */
  parent_path: string | null
  /** Full path of the parent group. subgroup_* only. */
  parent_full_path: string | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
