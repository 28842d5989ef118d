import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { PathFact } from '../model/path-fact.ts'
import type { Observation } from './observation.ts'
import { pathFact } from './path-facts.ts'

type ProjectEvent = `project_${'create' | 'destroy' | 'rename' | 'transfer' | 'update'}`
type GroupEvent = 'group_create' | 'group_destroy' | 'group_rename' | 'subgroup_create' | 'subgroup_destroy'
type UserEvent = 'user_create' | 'user_destroy' | 'user_rename'

const verbs = {
  project_create: 'create',
  project_destroy: 'destroy',
  project_rename: 'move',
  project_transfer: 'move',
  project_update: 'update',
  group_create: 'create',
  group_destroy: 'destroy',
  group_rename: 'move',
  subgroup_create: 'create',
  subgroup_destroy: 'destroy',
  user_create: 'create',
  user_destroy: 'destroy',
  user_rename: 'move',
} as const satisfies Record<ProjectEvent | GroupEvent | UserEvent, PathFact['verb']>

type LifeRecord = RecordOf<ProjectEvent | GroupEvent | UserEvent>

/** The verb and the times of an event. Where GitLab tells no time, it is when the hook was received. */
const timesOf = ({ eventType, created_at, updated_at, delivery }: LifeRecord) => {
  const verb = verbs[eventType]
  const at = (verb === 'create' ? created_at : updated_at) ?? delivery.received_at
  return { verb, at, lastAt: delivery.received_at, createdAt: created_at }
}

export const observeProject = (record: RecordOf<ProjectEvent>, realm: number): Observation[] => [
  {
    about: 'path',
    holder: { realm, kind: 'project', id: record.project_id },
    fact: pathFact({
      ...timesOf(record),
      path: record.path_with_namespace,
      oldPath: record.old_path_with_namespace,
      name: record.name,
      visibility: record.visibility,
    }),
  },
]

export const observeGroup = (record: RecordOf<GroupEvent>, realm: number): Observation[] => [
  {
    about: 'path',
    holder: { realm, kind: 'group', id: record.group_id },
    fact: pathFact({
      ...timesOf(record),
      path: record.full_path ?? joined(record.parent_full_path, record.path),
      oldPath: record.old_full_path,
      name: record.name,
      parentId: record.parent_group_id,
    }),
  },
]

/** Old versions do not tell the path of the parent. The path is then unknown. */
const joined = (parent: string | null, path: string | null): string | null =>
  parent === null || path === null ? null : `${parent}/${path}`

export const observeUser = (record: RecordOf<UserEvent>, realm: number): Observation[] => [
  {
    about: 'path',
    holder: { realm, kind: 'user', id: record.user_id },
    fact: pathFact({
      ...timesOf(record),
      path: record.username,
      oldPath: record.old_username,
      name: record.name,
    }),
  },
]
