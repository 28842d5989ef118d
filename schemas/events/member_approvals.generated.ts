// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An administrator approved or denied the promotions of a member; event type gitlab_subscription_member_approvals. System hooks only. */
export interface MemberApprovals {
  /** How and when this hook reached the bridge, and how sure we are which fact it tells of. */
  delivery: Delivery
  /** GitLab's discriminator: gitlab_subscription_member_approvals. */
  object_kind: string | null
  /** approve or deny. */
  action: string | null
  /** The decision. */
  object_attributes: MemberApprovalsAttributes | null
  /** Administrator who decided. */
  reviewed_by_user_id: number | null
  /** User whose promotions were decided. Identity: without it the hook is quarantined. */
  user_id: number
  /** When it was decided. */
  updated_at: number | null
  /** The exact body as received, byte for byte; fields that are not typed here survive in it. */
  raw: Buffer
}

/** The decision. */
export interface MemberApprovalsAttributes {
  /** Requests that were approved but could not be carried out. */
  promotion_request_ids_that_failed_to_apply: number[]
  /** How it went, e.g. success. */
  status: string | null
}
