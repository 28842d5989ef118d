import { randomUUID } from 'node:crypto'
import type { SyncRecord } from '../../../consumers/ldap-sync/facts/facts-of.ts'
import { deliver, hookOf } from '../records/deliver.ts'

export const instance = 'https://git.nordlicht.example'

/** Takes the body of a hook through the ingress, to the record that the worker gets. */
export const recordOf = (body: Readonly<Record<string, unknown>>): Promise<SyncRecord> =>
  recordFrom(instance, body)

/** The same for a hook of this GitLab. */
export const recordFrom = async (
  gitlab: string,
  body: Readonly<Record<string, unknown>>,
): Promise<SyncRecord> => {
  const headers = { 'x-gitlab-event': 'System Hook', 'x-gitlab-instance': gitlab }
  const { decoded, event } = await deliver(hookOf(body, headers, { id: randomUUID() }))
  return { ...decoded, eventType: event } as unknown as SyncRecord
}

/** A time so many seconds after the beginning of the history, as GitLab writes it. */
export const at = (second: number): string =>
  new Date(Date.UTC(2026, 0, 5, 8, 0, second)).toISOString().replace('.000', '')

export interface Membership {
  user: number
  username?: string
  group?: number
  project?: number
  access?: string
  created?: number
  updated?: number
  expires?: string
}

/** The body of the hook about a member. Without `project` it is about a group. */
export const memberEvent = (
  verb: 'add' | 'update' | 'remove',
  { user, username = `user${user}`, group = 23, project, access = 'Developer', ...times }: Membership,
) => {
  const { created = 0, updated = created, expires } = times
  const common = {
    created_at: at(created),
    updated_at: at(updated),
    user_id: user,
    user_username: username,
    user_name: username,
    user_email: `${username}@nordlicht.example`,
  }
  const name = `user_${verb}_${verb === 'add' ? 'to' : verb === 'update' ? 'for' : 'from'}`
  return project === undefined
    ? {
        ...common,
        event_name: `${name}_group`,
        group_id: group,
        group_path: `team-${group}`,
        group_access: access,
        ...(expires !== undefined && { expires_at: expires }),
      }
    : {
        ...common,
        event_name: `${name}_team`,
        project_id: project,
        project_path_with_namespace: `nordlicht/project-${project}`,
        access_level: access,
      }
}

/** The body of the hook that tells the full path of a group. */
export const groupEvent = (
  verb: 'create' | 'rename' | 'destroy',
  id: number,
  path: string,
  { second = 0, oldPath }: { second?: number; oldPath?: string } = {},
) => ({
  event_name: `group_${verb}`,
  created_at: at(0),
  updated_at: at(second),
  name: path,
  path: path.split('/').at(-1),
  full_path: path,
  group_id: id,
  ...(oldPath !== undefined && { old_full_path: oldPath, old_path: oldPath.split('/').at(-1) }),
})
