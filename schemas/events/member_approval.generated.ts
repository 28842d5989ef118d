// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { AccessLevel } from '../parts/access_level.generated.ts'
import type { Delivery } from '../parts/delivery.generated.ts'

/** A member's promotion to a role that needs a paid seat waits for an administrator; event type gitlab_subscription_member_approval. System hooks only. */
export interface MemberApproval {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: gitlab_subscription_member_approval. */
  object_kind: string | null
  /** enqueue. */
  action: string | null
  /** The promotion asked for. */
  object_attributes: MemberApprovalAttributes | null
  /** User who is to be promoted. Identity: without it the hook is quarantined. */
  user_id: number
  /** User who asked for it. */
  requested_by_user_id: number | null
  /** Namespace of the group or project it is asked for. */
  promotion_namespace_id: number | null
  /** When it was asked for. */
  created_at: number | null
  /** When it was last changed. */
  updated_at: number | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The promotion asked for. */
export interface MemberApprovalAttributes {
  /** Level asked for. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50); anything else is other. */
  new_access_level: AccessLevel | null
  /** What GitLab wrote where new_access_level is other, e.g. the name of a custom role; null elsewhere. */
  new_access_level_other: string | null
  /** Level so far; null for a new member. GitLab writes a word or a number (no_access 0, minimal_access 5, guest 10, planner 15, reporter 20, security_manager 25, developer 30, maintainer 40, owner 50); anything else is other. */
  old_access_level: AccessLevel | null
  /** What GitLab wrote where old_access_level is other, e.g. the name of a custom role; null elsewhere. */
  old_access_level_other: string | null
  /** Membership that is to be changed; null for a new member. */
  existing_member_id: number | null
}
