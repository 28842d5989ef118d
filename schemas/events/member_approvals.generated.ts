// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

import type { Delivery } from '../parts/delivery.generated.ts'

/** An administrator approved or denied the promotions of a member. The event type is gitlab_subscription_member_approvals. Only system hooks send it. */
export interface MemberApprovals {
  /** How and when the hook reached the bridge, and which fact it reports. */
  delivery: Delivery
  /** GitLab's name for the event: gitlab_subscription_member_approvals. */
  object_kind: string | null
  /** What happened: approve or deny. */
  action: string | null
  /** The decision. */
  object_attributes: MemberApprovalsAttributes | null
  /** Id of the administrator who decided. */
  reviewed_by_user_id: number | null
  /** Id of the user whose promotions were decided. Required: a hook without it is quarantined. */
  user_id: number
  /** Time of the decision. */
  updated_at: number | null
  /** The body of the hook, byte for byte as the bridge received it. It also contains the fields that have no typed field here. Empty if delivery.raw_chunks is set. */
  raw: Buffer
}

/** The decision. */
export interface MemberApprovalsAttributes {
  /** Ids of the requests that were approved, but that GitLab could not apply. */
  promotion_request_ids_that_failed_to_apply: number[]
  /** Result of the decision, e.g. success. */
  status: string | null
}
