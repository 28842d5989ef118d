import type { EventType, RecordOf } from '../../../schemas/catalogue.ts'
import { bold, code, type Line, line } from '../text/piece.ts'
import type { Told } from './chat-message.ts'
import { counted, person } from './names.ts'

type ProjectEvent = `project_${'create' | 'destroy' | 'rename' | 'transfer' | 'update'}`
type GroupEvent = 'group_create' | 'group_destroy' | 'group_rename' | 'subgroup_create' | 'subgroup_destroy'
type UserEvent = 'user_create' | 'user_destroy' | 'user_rename' | 'user_failed_login'
type GroupMemberEvent = Extract<EventType, `user_${string}_group`>
type TeamEvent = Extract<EventType, `user_${string}_team` | `user_access_request_${string}_project`>

const said = (headline: Line): Told => ({ headline })

export const project = ({ eventType, ...record }: RecordOf<ProjectEvent>): Told => {
  const path = bold(record.path_with_namespace ?? record.name ?? `project ${record.project_id}`)
  const old = code(record.old_path_with_namespace ?? '?')
  if (eventType === 'project_create') return said(line`The project ${path} was created`)
  if (eventType === 'project_destroy') return said(line`The project ${path} was deleted`)
  if (eventType === 'project_update') return said(line`The settings of the project ${path} were changed`)
  if (eventType === 'project_rename') return said(line`The project ${old} was renamed to ${path}`)
  return said(line`The project ${old} was transferred to ${path}`)
}

export const group = ({ eventType, ...record }: RecordOf<GroupEvent>): Told => {
  const path = bold(record.full_path ?? record.path ?? `group ${record.group_id}`)
  if (eventType === 'group_rename')
    return said(
      line`The group ${code(record.old_full_path ?? record.old_path ?? '?')} was renamed to ${path}`,
    )
  const kind = eventType.startsWith('sub') ? 'subgroup' : 'group'
  return said(line`The ${kind} ${path} was ${eventType.endsWith('create') ? 'created' : 'deleted'}`)
}

export const user = ({ eventType, ...record }: RecordOf<UserEvent>): Told => {
  const name = line`${person(record)}${record.username === null ? '' : ` (${record.username})`}`
  if (eventType === 'user_create') return said(line`The user ${name} was created`)
  if (eventType === 'user_destroy') return said(line`The user ${name} was deleted`)
  if (eventType === 'user_rename')
    return said(line`The user ${code(record.old_username ?? '?')} is now called ${name}`)
  return {
    headline: line`A login of the user ${name} failed${record.state === null ? '' : ` (${record.state})`}`,
    tone: 'bad',
  }
}

export const key = ({ eventType, username, id }: RecordOf<'key_create' | 'key_destroy'>): Told =>
  said(
    eventType === 'key_create'
      ? line`The SSH key ${String(id)} of ${bold(username ?? 'a user')} was added`
      : line`The SSH key ${String(id)} of ${bold(username ?? 'a user')} was removed`,
  )

export const groupMember = (record: RecordOf<GroupMemberEvent>): Told =>
  member(
    record,
    line`the group ${bold(record.group_path ?? record.group_name ?? String(record.group_id))}`,
    record.group_access,
  )

export const teamMember = (record: RecordOf<TeamEvent>): Told =>
  member(record, line`the project ${bold(projectNameOf(record))}`, record.access_level)

const projectNameOf = (record: RecordOf<TeamEvent>): string =>
  record.project_path_with_namespace ?? record.project_name ?? String(record.project_id)

const member = (
  { eventType, user_name, user_username }: RecordOf<GroupMemberEvent | TeamEvent>,
  place: Line,
  level: string | null,
): Told => {
  const who = person({ name: user_name, username: user_username })
  const role = level === null || level === 'other' ? '' : ` as ${level.replaceAll('_', ' ')}`
  if (eventType.startsWith('user_add_')) return said(line`${who} was added to ${place}${role}`)
  if (eventType.startsWith('user_remove_')) return said(line`${who} was removed from ${place}`)
  if (eventType.startsWith('user_update_'))
    return said(line`The membership of ${who} in ${place} was changed${role}`)
  if (eventType.includes('_denied_')) return said(line`The request of ${who} to join ${place} was denied`)
  if (eventType.includes('_revoked_')) return said(line`The request of ${who} to join ${place} has ended`)
  return said(line`${who} asks to join ${place}`)
}

export const memberApproval = ({
  user_id,
  object_attributes: own,
}: RecordOf<'gitlab_subscription_member_approval'>): Told =>
  said(line`User ${String(user_id)} waits for the approval of a role${roleOf(own?.new_access_level)}`)

export const memberApprovals = ({
  user_id,
  action,
  object_attributes: own,
}: RecordOf<'gitlab_subscription_member_approvals'>): Told => {
  const failed = own?.promotion_request_ids_that_failed_to_apply.length ?? 0
  const rest = failed === 0 ? '' : `; ${counted(failed, 'request')} failed`
  return said(
    line`The role of user ${String(user_id)} was ${action === 'deny' ? 'denied' : 'approved'}${rest}`,
  )
}

/** For an event of which nothing better is said yet. */
export const named = ({ delivery }: RecordOf): Told => said(line`GitLab sent ${code(delivery.event_type)}`)

export const unknown = ({ event_name }: RecordOf<'unknown' | 'confidential_unknown'>): Told =>
  said(line`GitLab sent an event that the bridge does not know: ${code(event_name ?? 'without a name')}`)

export const quarantine = (record: RecordOf<'quarantine' | 'confidential_quarantine'>): Told => ({
  headline: line`A hook of the event ${code(record.event_name ?? '?')} could not be read: ${record.reason}`,
  tone: 'bad',
})

const roleOf = (level: string | null | undefined): string => (level ? `: ${level}` : '')

/** Hooks may be missing from such an interval. */
export const interval = ({ kind, from, to, ingress }: RecordOf<'interval'>): Told => ({
  headline: [
    ...line`The ingress ${code(ingress)} reports ${bold(kind.replaceAll('_', ' '))}: `,
    ...line`${utc(from)} to ${utc(to)}`,
  ],
  tone: 'bad',
})

const utc = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`
