import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { currentPath, type Rename } from '../facts/current-path.ts'
import type { ContainerId, ContainerKind, ContainerState } from '../facts/fact.ts'

/** A group or project as it is now. */
export interface Container extends ContainerId {
  /** Undefined while no event has named it. */
  path: string | undefined
  state: ContainerState
  filledFromLdap: boolean
}

interface Row {
  instance: string
  kind: ContainerKind
  container_id: string
  full_path: string | null
  path_at: Date | number
  scheduled: boolean
  destroyed: boolean
  filled_from_ldap: boolean
}

/** All groups and projects that are known, with the paths that they have now. */
export const loadContainers = async (database: Pool | Connection): Promise<Container[]> => {
  const [rows, renames] = await Promise.all([
    query<Row>(
      database,
      `select *, deletion_scheduled_at > path_at as scheduled from ldap_sync.containers`,
      [],
    ),
    query<{ instance: string; old_path: string; new_path: string; at: Date }>(
      database,
      'select * from ldap_sync.renames order by at, old_path, new_path',
      [],
    ),
  ])
  const byInstance = new Map<string, Rename[]>()
  for (const { instance, old_path, new_path, at } of renames) {
    const list = byInstance.get(instance) ?? []
    list.push({ oldPath: old_path, newPath: new_path, at: at.getTime() })
    byInstance.set(instance, list)
  }
  return rows.map((row) => containerOf(row, byInstance.get(row.instance) ?? []))
}

const containerOf = (row: Row, renames: readonly Rename[]): Container => ({
  instance: row.instance,
  kind: row.kind,
  id: Number(row.container_id),
  // PostgreSQL's -infinity arrives as a number.
  path: row.full_path === null ? undefined : currentPath(row.full_path, Number(row.path_at), renames),
  state: row.destroyed ? 'destroyed' : row.scheduled ? 'deletion_scheduled' : 'active',
  filledFromLdap: row.filled_from_ldap,
})

export const isSameContainer = (a: ContainerId, b: ContainerId): boolean =>
  a.instance === b.instance && a.kind === b.kind && a.id === b.id
