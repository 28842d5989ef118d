import { type Pool, queryPrepared } from '../../../lib/database.ts'
import type { HolderKind } from '../model/holder.ts'
import { type Freshness, type FreshnessRow, freshnessOf, selectFreshness } from './as-of.ts'
import { type HolderRow, holderColumns } from './holder-row.ts'
import { candidatesOf, type Parent, type ParentCandidate, parentOf } from './parents.ts'
import { inScope, type Scope, scopeValues, visible } from './scope.ts'

/** A holder with what stands above it; null for a group at the top. */
export type FoundHolder = HolderRow & { parent: Parent | null }

export type Found =
  | { kind: 'one'; holder: FoundHolder }
  /** Another path leads to it now. */
  | { kind: 'moved'; holder: FoundHolder }
  | { kind: 'several'; candidates: readonly FoundHolder[] }
  | { kind: 'none' }

/** No answer lists more candidates than this. */
const mostCandidates = 100

/** How a holder was found. Only those of the first way that finds any are meant. */
type Way = 'by id' | 'by path' | 'by former path' | 'by last part of the path'

interface FoundRow extends FreshnessRow, HolderRow {
  /** Null where nothing was found. */
  way: Way | null
  since: string
  candidates: ParentCandidate[] | null
}

/**
 * Finds a project, group or user by its id, by its full path, by a path that it had before, or a project by
 * the last part of its path. What was destroyed is not found. It asks the database once.
 *
 * @throws RetriableError while the database does not answer
 */
export const findHolder = async (
  pool: Pool,
  scope: Scope,
  kind: HolderKind,
  given: string,
): Promise<{ found: Found; freshness: Freshness }> => {
  const id = /^\d{1,18}$/.test(given) ? given : null
  const isBare = kind === 'project' && !given.includes('/')
  const values = [...scopeValues(scope), kind, given, id, isBare]
  const rows = await queryPrepared<FoundRow>(pool, selectHolder(kind, scope), values)
  return { found: foundOf(rows), freshness: freshnessOf(rows[0]) }
}

const foundOf = (rows: readonly FoundRow[]): Found => {
  const [first] = rows
  if (first?.way == null) return { kind: 'none' }
  const isMoved = first.way === 'by former path'
  const [holder, ...others] = (isMoved ? newestOfEachRealm(rows) : rows).map((row) => ({
    ...row,
    parent: parentOf(row, row.candidates ?? []),
  }))
  if (holder === undefined) return { kind: 'none' }
  if (others.length > 0) return { kind: 'several', candidates: [holder, ...others] }
  return { kind: isMoved ? 'moved' : 'one', holder }
}

const select = (kind: HolderKind, scope: Scope, way: Way, condition: string): string => `
  (select '${way}' as way, 0::bigint as since, ${holderColumns}
     from project_directory.holders ${inScope}
    where holders.kind = $5 and ${condition} and holders.state <> 'destroyed' and ${visible(kind, scope)}
    order by holders.path_key, holders.realm, holders.id limit ${mostCandidates})`

const selectByLastPart = (kind: HolderKind, scope: Scope): string =>
  select(kind, scope, 'by last part of the path', '$8 and holders.bare_key = lower($6)')

const selectFormer = (kind: HolderKind, scope: Scope): string => `
  (select 'by former path' as way, paths.since, ${holderColumns}
     from project_directory.paths
     join project_directory.holders using (realm, kind, id) ${inScope}
    where paths.kind = $5 and paths.path_key = lower($6) and holders.path_key <> paths.path_key
      and holders.state <> 'destroyed' and ${visible(kind, scope)}
    order by paths.since desc limit ${mostCandidates})`

/** Each part is a look-up in an index. `turn` says which part comes first. */
const selectHolder = (kind: HolderKind, scope: Scope): string => `
  with freshness as (${selectFreshness}),
  found as (
    select 1 as turn, * from ${select(kind, scope, 'by id', 'holders.id = $7::bigint')} as by_id
    union all
    select 2, * from ${select(kind, scope, 'by path', 'holders.path_key = lower($6)')} as by_path
    union all
    select 3, * from ${selectFormer(kind, scope)} as by_former_path
    union all
    select 4, * from ${selectByLastPart(kind, scope)} as by_part
  )
  select found.*, ${candidatesOf('found')} as candidates, freshness.*
    from freshness
    left join found on found.turn = (select min(turn) from found)
   order by found.since desc, lower(found.path) collate "C", found.realm, found.id`

/** An old path leads to the holder that had it last. */
const newestOfEachRealm = <Row extends HolderRow & { since: string }>(rows: readonly Row[]): Row[] => {
  const newest = new Map<number, Row>()
  const rivals: Row[] = []
  for (const row of rows) {
    const first = newest.get(row.realm)
    if (first === undefined) newest.set(row.realm, row)
    else if (first.since === row.since && first.id !== row.id) rivals.push(row)
  }
  return [...newest.values(), ...rivals]
}
