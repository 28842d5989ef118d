// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'

/** A member is to be promoted to a role that needs a paid seat, and an administrator must approve this. The event type is gitlab_subscription_member_approval. Only system hooks send it. */
export interface MemberApproval {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: gitlab_subscription_member_approval. */
  object_kind: string | null
  /** What happened: enqueue. */
  action: string | null
  /** The requested promotion. */
  object_attributes: MemberApprovalAttributes | null
  /** Id of the user who is to be promoted. Required: a hook without it is quarantined. */
  user_id: number
  /** Id of the user who requested the promotion. */
  requested_by_user_id: number | null
  /** Id of the namespace of the group or project that the promotion is requested for. */
  promotion_namespace_id: number | null
  /** Time when the promotion was requested. */
  created_at: number | null
  /** Time when the request was last changed. */
  updated_at: number | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The requested promotion. */
export interface MemberApprovalAttributes {
  /** Requested access level. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50). Any other value becomes other. */
  new_access_level: AccessLevel | null
  /** GitLab's own value if new_access_level is other, e.g. the name of a custom role. Null otherwise. */
  new_access_level_other: string | null
  /** Previous access level. Null for a new member. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50). Any other value becomes other. */
  old_access_level: AccessLevel | null
  /** GitLab's own value if old_access_level is other, e.g. the name of a custom role. Null otherwise. */
  old_access_level_other: string | null
  /** Id of the membership that is to be changed. Null for a new member. */
  existing_member_id: number | null
}
