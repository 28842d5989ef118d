// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'

/** A group membership or an access request was created, changed or removed. Six event types have this schema, and delivery.event_type says which one it is: user_add_to_group, user_update_for_group, user_remove_from_group, user_access_request_to_group, user_access_request_denied_for_group (group webhooks) and user_access_request_revoked_for_group (system hooks). The event names the member, but not the user who made the change. GitLab sends nothing for inherited membership and for invited groups. */
export interface GroupMember {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: the event type. */
  event_name: string | null
  /** Time when the membership or the access request was created. */
  created_at: number | null
  /** Time when the membership or the access request was last changed. A removal does not change this time. To sort the events of a member, compare created_at, then updated_at, then the event type (added, updated, removed). */
  updated_at: number | null
  /** Id of the group. The key of the record is group:<id>. Required: a hook without it is quarantined. */
  group_id: number
  /** Display name of the group. */
  group_name: string | null
  /** Last segment of the path of the group. GitLab does not send the full path. */
  group_path: string | null
  /** Access level of the member. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50). Any other value becomes other. */
  group_access: AccessLevel | null
  /** GitLab's own value if group_access is other, e.g. the name of a custom role. Null otherwise. */
  group_access_other: string | null
  /** Id of the user who is a member or asks for access. Required: a hook without it is quarantined. */
  user_id: number
  /** Display name of this user. */
  user_name: string | null
  /** User name (handle) of this user. */
  user_username: string | null
  /** E-mail address of this user. Null if GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** Time when the membership expires. */
  expires_at: number | null
  /** Subscription plan of the group. Only GitLab.com sends it. */
  group_plan: string | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}
