import type { RecordOf } from '../../schemas/catalogue.ts'
import type { Person } from './person.ts'
import { subjectOf } from './subject.ts'

/**
 * The sentence, without its end, of an event that names whom or what it is about and not who did it.
 * Undefined for every other event.
 */
export const lifecyclePredicate = (record: RecordOf): string | undefined => {
  const subject = subjectName(subjectOf(record))
  switch (record.eventType) {
    case 'project_create':
    case 'project_destroy':
    case 'project_rename':
    case 'project_transfer':
    case 'project_update':
      return projectSentence(record)
    case 'group_create':
    case 'group_destroy':
    case 'group_rename':
    case 'subgroup_create':
    case 'subgroup_destroy':
      return groupSentence(record)
    case 'user_create':
      return `The user ${subject} was created`
    case 'user_destroy':
      return `The user ${subject} was deleted`
    case 'user_rename':
      return `The user ${record.old_username ?? record.user_id} was renamed to ${subject}`
    case 'user_failed_login':
      return `A login of the user ${subject} failed`
    case 'key_create':
      return `The key ${record.id} of the user ${subject} was added`
    case 'key_destroy':
      return `The key ${record.id} of the user ${subject} was removed`
    case 'gitlab_subscription_member_approval':
      return `A higher role of the user ${subject} was requested`
    case 'gitlab_subscription_member_approvals':
      return `The request for a higher role of the user ${subject} was decided: ${record.action ?? 'unknown'}`
    default:
      return memberSentence(record, subject) ?? objectSentence(record)
  }
}

const subjectName = ({ id, username, name }: Person): string => {
  if (name !== null && username !== null) return `${name} (${username})`
  return name ?? username ?? String(id ?? 'without a name')
}

type ProjectRecord = RecordOf<
  'project_create' | 'project_destroy' | 'project_rename' | 'project_transfer' | 'project_update'
>

const projectSentence = (record: ProjectRecord): string => {
  const path = record.path_with_namespace ?? String(record.project_id)
  switch (record.eventType) {
    case 'project_create':
      return `The project ${path} was created`
    case 'project_destroy':
      return `The project ${path} was deleted`
    case 'project_rename':
      return `The project ${record.old_path_with_namespace} was renamed to ${path}`
    case 'project_transfer':
      return `The project ${record.old_path_with_namespace} was moved to ${path}`
    case 'project_update':
      return `The settings of the project ${path} were changed`
  }
}

type GroupRecord = RecordOf<
  'group_create' | 'group_destroy' | 'group_rename' | 'subgroup_create' | 'subgroup_destroy'
>

const groupSentence = (record: GroupRecord): string => {
  const path = record.full_path ?? record.path ?? String(record.group_id)
  if (record.eventType === 'group_rename')
    return `The group ${record.old_full_path ?? record.old_path} was renamed to ${path}`
  return `The group ${path} was ${record.eventType.endsWith('create') ? 'created' : 'deleted'}`
}

const memberActions: Readonly<Record<string, string>> = {
  user_add_to_group: 'was added to',
  user_add_to_team: 'was added to',
  user_update_for_group: 'got another role in',
  user_update_for_team: 'got another role in',
  user_remove_from_group: 'was removed from',
  user_remove_from_team: 'was removed from',
  user_access_request_to_group: 'asked to become a member of',
  user_access_request_to_project: 'asked to become a member of',
  user_access_request_denied_for_group: 'was refused as a member of',
  user_access_request_revoked_for_group: 'withdrew the request to become a member of',
  user_access_request_revoked_for_project: 'withdrew the request to become a member of',
}

const memberSentence = (record: RecordOf, subject: string): string | undefined => {
  const action = memberActions[record.eventType]
  if (action === undefined) return undefined
  if ('group_access' in record) {
    const group = record.group_path ?? String(record.group_id)
    return `The user ${subject} ${action} the group ${group}${asRole(record.group_access)}`
  }
  if (!('access_level' in record)) return undefined
  const project = record.project_path_with_namespace ?? String(record.project_id)
  return `The user ${subject} ${action} the project ${project}${asRole(record.access_level)}`
}

const asRole = (level: string | null): string => (level === null ? '' : ` as ${level.replaceAll('_', ' ')}`)

const releaseAction = (action: string | null): string => {
  if (action === 'create') return 'published'
  return action === 'delete' ? 'deleted' : 'changed'
}

const objectSentence = (record: RecordOf): string | undefined => {
  switch (record.eventType) {
    case 'access_token':
    case 'deploy_token': {
      const { name, id } = record.object_attributes
      return `The token ${name ?? id} is about to expire`
    }
    case 'milestone':
      return `The milestone "${record.object_attributes.title}" is now ${record.object_attributes.state}`
    case 'release':
      return `The release ${record.tag ?? record.name} was ${releaseAction(record.action)}`
    default:
      return undefined
  }
}
