// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'

/** A group membership or access request came, changed or went; shared by user_add_to_group, user_update_for_group, user_remove_from_group, user_access_request_to_group, user_access_request_denied_for_group (group hook) and user_access_request_revoked_for_group (system hook), see delivery.event_type. Names the member, not who acted. Inherited membership and invited groups send nothing. */
export interface GroupMember {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: the event type. */
  event_name: string | null
  /** When the membership or request was created. */
  created_at: number | null
  /** When it was last changed. A removal still carries the old time: order by (created_at, updated_at, removed > updated > added). */
  updated_at: number | null
  /** The group. Identity: without it the hook is quarantined. */
  group_id: number
  /** Display name of the group. */
  group_name: string | null
  /** Last segment of the group's path only. */
  group_path: string | null
  /** What the member may do. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50); anything else is other. */
  group_access: AccessLevel | null
  /** What GitLab wrote where group_access is other, e.g. the name of a custom role; null elsewhere. */
  group_access_other: string | null
  /** The user who is or wants to be a member. Identity: without it the hook is quarantined. */
  user_id: number
  /** Display name of that user. */
  user_name: string | null
  /** User name (handle) of that user. */
  user_username: string | null
  /** E-mail address of that user. Null where GitLab leaves it empty or writes [REDACTED]. */
  user_email: string | null
  /** When the membership ends by itself. */
  expires_at: number | null
  /** Subscription plan of the group. GitLab.com only. */
  group_plan: string | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}
