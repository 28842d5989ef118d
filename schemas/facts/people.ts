import type { GroupMember } from '../events/group_member.generated.ts'
import type { MemberApproval } from '../events/member_approval.generated.ts'
import type { MemberApprovals } from '../events/member_approvals.generated.ts'
import type { ProjectMember } from '../events/project_member.generated.ts'
import { exact, type FactOf } from './fact.ts'

type Member = GroupMember | ProjectMember

const containerOf = (record: Member): string =>
  'group_id' in record ? `group ${record.group_id}` : `project ${record.project_id}`

const accessOf = (record: Member): string | null =>
  'group_id' in record
    ? (record.group_access_other ?? record.group_access)
    : (record.access_level_other ?? record.access_level)

/** `user_add_to_group` → `add`. */
const memberVerb = ({ delivery: { event_type } }: Member): string => event_type.split('_')[1] ?? event_type

export const memberChange: FactOf<Member> = (record) =>
  exact(
    'member',
    [memberVerb(record), containerOf(record), record.user_id, record.created_at],
    [record.updated_at, accessOf(record)],
  )

/**
 * A request is made once and ends once.
 * Its end is called "denied" in a group hook and "revoked" in a system hook.
 */
export const accessRequest: FactOf<Member> = (record) => {
  const state = /_(denied|revoked)_/.test(record.delivery.event_type) ? 'ended' : 'requested'
  return exact('access_request', [state, containerOf(record), record.user_id, record.created_at])
}

export const memberApproval: FactOf<MemberApproval> = (record) =>
  exact(
    'member_approval',
    [record.user_id, record.action, record.updated_at],
    [record.requested_by_user_id, record.promotion_namespace_id],
  )

export const memberApprovals: FactOf<MemberApprovals> = ({
  user_id,
  action,
  updated_at,
  reviewed_by_user_id,
}) => exact('member_approvals', [user_id, action, updated_at], [reviewed_by_user_id])
