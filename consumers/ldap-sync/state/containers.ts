import { type Pool, query } from '../../../lib/database.ts'
import { noRenames, type Renames } from '../facts/current-path.ts'
import type { ContainerId, ContainerKind, ContainerState } from '../facts/fact.ts'
import { loadRenames } from './renames.ts'

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

/** Which groups and projects are loaded: some by their id, and others by what a rule of the mapping says. */
export interface ContainerQuery {
  known: readonly ContainerId[]
  wanted: readonly { kind: ContainerKind; id?: number | undefined; path: string }[]
}

/**
 * Loads some groups and projects, with the paths that they have now. A GitLab has many more of them than a
 * mapping lists, so that never all of them are loaded.
 */
export const loadContainers = async (
  database: Pool,
  { known, wanted }: ContainerQuery,
): Promise<Container[]> => {
  const renames = await loadRenames(database)
  const byId = wanted.flatMap(({ kind, id }) => (id === undefined ? [] : [{ kind, id }]))
  const lists = [...new Set(renames.values())]
  const byPath = wanted.flatMap(({ kind, id, path }) =>
    id !== undefined
      ? []
      : [...new Set([path, ...lists.flatMap((list) => list.earlierPaths(path))])].map((each) => ({
          kind,
          path: each,
        })),
  )
  const rows = await query<Row>(
    database,
    `select containers.*, deletion_scheduled_at > path_at as scheduled from ldap_sync.containers
      where (instance, kind, container_id)
              in (select * from unnest($1::text[], $2::text[], $3::bigint[]))
         or (kind, container_id) in (select * from unnest($4::text[], $5::bigint[]))
         or (kind, full_path) in (select * from unnest($6::text[], $7::text[]))
      order by instance, kind, container_id`,
    [
      ...[known.map(({ instance }) => instance), known.map(({ kind }) => kind), known.map(({ id }) => id)],
      ...[byId.map(({ kind }) => kind), byId.map(({ id }) => id)],
      ...[byPath.map(({ kind }) => kind), byPath.map(({ path }) => path)],
    ],
  )
  return rows.map((row) => containerOf(row, renames.get(row.instance) ?? noRenames))
}

const containerOf = (row: Row, renames: Renames): Container => ({
  instance: row.instance,
  kind: row.kind,
  id: Number(row.container_id),
  // PostgreSQL's -infinity arrives as a number.
  path: row.full_path === null ? undefined : renames.currentPath(row.full_path, Number(row.path_at)),
  state: row.destroyed ? 'destroyed' : row.scheduled ? 'deletion_scheduled' : 'active',
  filledFromLdap: row.filled_from_ldap,
})

/** The same text for the same group or project. */
export const containerKeyOf = ({ instance, kind, id }: ContainerId): string => `${instance} ${kind} ${id}`
