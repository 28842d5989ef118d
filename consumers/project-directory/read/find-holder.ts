import { type Pool, query } from '../../../lib/database.ts'
import type { HolderKind } from '../model/holder.ts'
import { inScope, type Scope, scopeValues, visibleGroup, visibleProject } from './scope.ts'

/** A row of `holders` with its realm. Numbers of PostgreSQL are texts. */
export interface HolderRow {
  realm: number
  instance: string
  invented: string
  kind: HolderKind
  id: string
  path: string | null
  name: string | null
  visibility: string | null
  default_branch: string | null
  web_url: string | null
  parent_id: string | null
  created_at: string | null
  state: 'active' | 'pending_deletion' | 'destroyed'
  is_ambiguous: boolean
  reconciled_at: string | null
}

export const holderColumns = `
  holders.realm, realms.instance, realms.invented, holders.kind, holders.id, holders.path, holders.name,
  holders.visibility, holders.default_branch, holders.web_url, holders.parent_id, holders.created_at,
  holders.state, holders.is_ambiguous, holders.reconciled_at`

export type Found =
  | { kind: 'one'; holder: HolderRow }
  /** Another path leads to it now. */
  | { kind: 'moved'; holder: HolderRow }
  | { kind: 'several'; candidates: readonly HolderRow[] }
  | { kind: 'none' }

/** No answer lists more candidates than this. */
const mostCandidates = 100

/**
 * Finds a project, group or user by its id, by its full path, by a path that it had before, or a project by
 * the last part of its path. What was destroyed is not found.
 *
 * @throws RetriableError while the database does not answer
 */
export const findHolder = async (
  pool: Pool,
  scope: Scope,
  kind: HolderKind,
  given: string,
): Promise<Found> => {
  const byId = /^\d{1,18}$/.test(given)
    ? await select(pool, scope, kind, 'holders.id = $6::bigint', given)
    : []
  if (byId.length > 0) return foundOf(byId)
  const byPath = await select(pool, scope, kind, 'holders.path_key = lower($6)', given)
  if (byPath.length > 0) return foundOf(byPath)
  const before = newestOfEachRealm(await selectFormer(pool, scope, kind, given))
  if (before.length > 0) return foundOf(before, 'moved')
  if (kind !== 'project' || given.includes('/')) return { kind: 'none' }
  return foundOf(await select(pool, scope, kind, 'holders.bare_key = lower($6)', given))
}

const foundOf = (rows: readonly HolderRow[], one: 'one' | 'moved' = 'one'): Found => {
  const [holder] = rows
  if (holder === undefined) return { kind: 'none' }
  return rows.length === 1 ? { kind: one, holder } : { kind: 'several', candidates: rows }
}

const everything = '($3::text[] is null or $4::text[] is not null)'

/** The names of users are no secret: who may ask at all may see them. */
const visibleOf = { project: visibleProject, group: visibleGroup, user: everything } as const

const select = (pool: Pool, scope: Scope, kind: HolderKind, condition: string, given: string) =>
  query<HolderRow>(
    pool,
    `select ${holderColumns} from project_directory.holders ${inScope}
      where holders.kind = $5 and ${condition} and holders.state <> 'destroyed' and ${visibleOf[kind]}
      order by holders.path_key, holders.realm, holders.id limit ${mostCandidates}`,
    [...scopeValues(scope), kind, given],
  )

const selectFormer = (pool: Pool, scope: Scope, kind: HolderKind, given: string) =>
  query<HolderRow & { since: string }>(
    pool,
    `select ${holderColumns}, paths.since
       from project_directory.paths
       join project_directory.holders using (realm, kind, id) ${inScope}
      where paths.kind = $5 and paths.path_key = lower($6) and holders.path_key <> paths.path_key
        and holders.state <> 'destroyed' and ${visibleOf[kind]}
      order by paths.since desc limit ${mostCandidates}`,
    [...scopeValues(scope), kind, given],
  )

/** An old path leads to the holder that had it last. */
const newestOfEachRealm = (rows: readonly (HolderRow & { since: string })[]): HolderRow[] => {
  const newest = new Map<number, HolderRow & { since: string }>()
  const rivals: HolderRow[] = []
  for (const row of rows) {
    const first = newest.get(row.realm)
    if (first === undefined) newest.set(row.realm, row)
    else if (first.since === row.since && first.id !== row.id) rivals.push(row)
  }
  return [...newest.values(), ...rivals]
}
