import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { ContainerFact, ContainerKind, Fact, MembershipFact, MembershipStep } from './fact.ts'

/** The events that change memberships, groups, projects, people or keys. */
export const syncEvents = [
  'user_add_to_group',
  'user_update_for_group',
  'user_remove_from_group',
  'user_add_to_team',
  'user_update_for_team',
  'user_remove_from_team',
  'group_create',
  'group_rename',
  'group_destroy',
  'subgroup_create',
  'subgroup_destroy',
  'project_create',
  'project_rename',
  'project_transfer',
  'project_destroy',
  'user_create',
  'user_rename',
  'user_destroy',
  'key_create',
  'key_destroy',
] as const

export type SyncRecord = RecordOf<(typeof syncEvents)[number]>

/** What a record says. It may say nothing, and a rename says two things. */
export const factsOf = (record: SyncRecord): Fact[] => {
  switch (record.eventType) {
    case 'user_add_to_group':
    case 'user_update_for_group':
    case 'user_remove_from_group':
      return [groupMembership(record)]
    case 'user_add_to_team':
    case 'user_update_for_team':
    case 'user_remove_from_team':
      return [projectMembership(record)]
    case 'group_create':
    case 'group_rename':
    case 'group_destroy':
    case 'subgroup_create':
    case 'subgroup_destroy':
      return groupFacts(record)
    case 'project_create':
    case 'project_rename':
    case 'project_transfer':
    case 'project_destroy':
      return [projectFact(record)]
    case 'user_create':
    case 'user_rename':
    case 'user_destroy':
      return personFacts(record)
    case 'key_create':
    case 'key_destroy':
      return keyFacts(record)
  }
}

type RecordNamed<Name extends SyncRecord['eventType']> = Extract<SyncRecord, { eventType: Name }>
type GroupMember = RecordNamed<'user_add_to_group' | 'user_update_for_group' | 'user_remove_from_group'>
type ProjectMember = RecordNamed<'user_add_to_team' | 'user_update_for_team' | 'user_remove_from_team'>

const instanceOf = ({ delivery }: SyncRecord): string => delivery.instance ?? ''

const stepOf = (eventType: string): MembershipStep =>
  eventType.startsWith('user_add_') ? 0 : eventType.startsWith('user_update_') ? 1 : 2

const groupMembership = (record: GroupMember): MembershipFact => ({
  ...membership(record),
  container: { instance: instanceOf(record), kind: 'group', id: record.group_id },
  path: record.group_path,
  access: record.group_access_other ?? record.group_access ?? 'no_access',
  expiresAt: record.expires_at,
})

const projectMembership = (record: ProjectMember): MembershipFact => ({
  ...membership(record),
  container: { instance: instanceOf(record), kind: 'project', id: record.project_id },
  path: record.project_path_with_namespace,
  access: record.access_level_other ?? record.access_level ?? 'no_access',
  expiresAt: null,
})

/** A membership without times is older than every other one. */
const membership = (record: GroupMember | ProjectMember) => ({
  type: 'membership' as const,
  userId: record.user_id,
  username: record.user_username,
  email: record.user_email,
  createdAt: record.created_at ?? 0,
  updatedAt: record.updated_at ?? record.created_at ?? 0,
  step: stepOf(record.eventType),
})

type GroupLife = RecordNamed<
  'group_create' | 'group_rename' | 'group_destroy' | 'subgroup_create' | 'subgroup_destroy'
>

const groupFacts = (record: GroupLife): Fact[] => {
  const { full_path, old_full_path, parent_full_path, path } = record
  const inParent = parent_full_path !== null && path !== null ? `${parent_full_path}/${path}` : null
  const fullPath = full_path ?? inParent
  const at = timeOf(record)
  const isDestroyed = record.eventType.endsWith('_destroy')
  const fact = containerFact('group', record, record.group_id, fullPath, at, isDestroyed)
  return [fact, ...renameOf(instanceOf(record), old_full_path, fullPath, at)]
}

type ProjectLife = RecordNamed<'project_create' | 'project_rename' | 'project_transfer' | 'project_destroy'>

const projectFact = (record: ProjectLife): ContainerFact => {
  const isDestroyed = record.eventType === 'project_destroy'
  const { project_id, path_with_namespace } = record
  return containerFact('project', record, project_id, path_with_namespace, timeOf(record), isDestroyed)
}

const containerFact = (
  kind: ContainerKind,
  record: GroupLife | ProjectLife,
  id: number,
  fullPath: string | null,
  at: number,
  isDestroyed: boolean,
): ContainerFact => ({
  type: 'container',
  container: { instance: instanceOf(record), kind, id },
  fullPath,
  at,
  state: isDestroyed ? 'destroyed' : isDeletionScheduled(fullPath) ? 'deletion_scheduled' : 'active',
})

/** GitLab renames what is deleted later, and frees the old path. That is not a rename for LDAP. */
const isDeletionScheduled = (path: string | null): boolean => /-deletion_scheduled-\d+$/.test(path ?? '')

const renameOf = (instance: string, oldPath: string | null, newPath: string | null, at: number): Fact[] =>
  oldPath === null || newPath === null || isDeletionScheduled(newPath)
    ? []
    : [{ type: 'rename', instance, oldPath, newPath, at }]

const timeOf = ({ updated_at, created_at }: GroupLife | ProjectLife): number => updated_at ?? created_at ?? 0

type UserLife = RecordNamed<'user_create' | 'user_rename' | 'user_destroy'>

/** The projects of a user are below the user name. */
const personFacts = (record: UserLife): Fact[] => {
  const { user_id, username, email, old_username, updated_at, created_at } = record
  const at = updated_at ?? created_at ?? 0
  const instance = instanceOf(record)
  const life = record.eventType === 'user_destroy' ? 'destroyed' : 'exists'
  return [
    { type: 'person', instance, userId: user_id, username, email, at, life },
    ...renameOf(instance, old_username, username, at),
  ]
}

const keyFacts = (record: RecordNamed<'key_create' | 'key_destroy'>): Fact[] => {
  const { id, key, username } = record
  if (key === null || username === null) return []
  const life = record.eventType === 'key_destroy' ? 'destroyed' : 'exists'
  return [{ type: 'key', instance: instanceOf(record), keyId: id, username, key, life }]
}
