import type { GroupLifecycle } from '../events/group_lifecycle.generated.ts'
import type { Key } from '../events/key.generated.ts'
import type { ProjectLifecycle } from '../events/project_lifecycle.generated.ts'
import type { UserLifecycle } from '../events/user_lifecycle.generated.ts'
import { exact, type FactOf } from './fact.ts'

/**
 * `project_create` → `create`.
 * A subgroup is a group, so `subgroup_create` has the same verb as `group_create`.
 */
const verbOf = ({ delivery }: { delivery: { event_type: string } }): string =>
  delivery.event_type.replace(/^[a-z]+_/, '')

/** A project is created once and destroyed once. */
export const projectLife: FactOf<ProjectLifecycle> = (record) =>
  exact('project', [verbOf(record), record.project_id])

export const projectChange: FactOf<ProjectLifecycle> = (record) => {
  const { project_id, updated_at, old_path_with_namespace, path_with_namespace, name, visibility } = record
  return exact(
    'project',
    [verbOf(record), project_id, updated_at],
    [old_path_with_namespace, path_with_namespace, name, visibility],
  )
}

/** A group is created once and destroyed once. A subgroup that has two hooks is still one group. */
export const groupLife: FactOf<GroupLifecycle> = (record) => exact('group', [verbOf(record), record.group_id])

export const groupRename: FactOf<GroupLifecycle> = (record) =>
  exact(
    'group',
    [verbOf(record), record.group_id, record.updated_at],
    [record.old_full_path ?? record.old_path, record.full_path ?? record.path],
  )

export const userLife: FactOf<UserLifecycle> = (record) => exact('user', [verbOf(record), record.user_id])

export const userRename: FactOf<UserLifecycle> = (record) =>
  exact('user', [verbOf(record), record.user_id, record.updated_at], [record.old_username, record.username])

export const keyLife: FactOf<Key> = (record) => exact('key', [verbOf(record), record.id])
