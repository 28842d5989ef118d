import { type Pool, queryPrepared } from '../../../lib/database.ts'
import type { HolderRow } from './holder-row.ts'

export interface Parent {
  kind: 'group' | 'user' | 'unknown'
  id: number | null
  path: string | null
}

/** What stands above a holder: a group or user that has the path above, or the group with its id. */
export interface ParentCandidate {
  kind: 'group' | 'user'
  id: number
  path: string | null
}

type Below = Pick<HolderRow, 'realm' | 'path' | 'parent_id'>

/**
 * SQL for the candidates of one holder, as JSON. A group is recognised by its full path or its id, never by
 * the last part of its path.
 *
 * @param below name of a row with the columns realm, path and parent_id
 */
export const candidatesOf = (below: string): string => `
  (select json_agg(json_build_object('kind', above.kind, 'id', above.id, 'path', above.path))
     from (
       select kind, id, path from project_directory.holders
        where realm = ${below}.realm and kind in ('group', 'user') and state <> 'destroyed'
          and path_key = lower(substring(${below}.path from '^(.*)/[^/]*$'))
       union
       select kind, id, path from project_directory.holders
        where realm = ${below}.realm and kind = 'group' and id = ${below}.parent_id and ${below}.path is null
     ) as above)`

/**
 * The group or user above each of these holders, in the same order; null for a group at the top.
 *
 * @throws RetriableError while the database does not answer
 */
export const readParents = async (pool: Pool, holders: readonly Below[]): Promise<(Parent | null)[]> => {
  if (holders.length === 0) return []
  const rows = await queryPrepared<{ candidates: ParentCandidate[] | null }>(pool, selectParents, [
    JSON.stringify(holders.map(({ realm, path, parent_id }) => ({ realm, path, parent_id }))),
  ])
  return holders.map((holder, at) => parentOf(holder, rows[at]?.candidates ?? []))
}

const selectParents = `
  select ${candidatesOf('given')} as candidates
    from rows from (json_to_recordset($1::json) as (realm integer, path text, parent_id bigint))
      with ordinality as given(realm, path, parent_id, place)
   order by given.place`

/** @returns null for a group at the top */
export const parentOf = (
  { path, parent_id }: Omit<Below, 'realm'>,
  candidates: readonly ParentCandidate[],
): Parent | null => {
  const [only, ...rivals] = candidates
  if (only !== undefined && rivals.length === 0) return only
  const above = path === null ? null : path.split('/').slice(0, -1).join('/')
  if (above === '') return null
  return { kind: 'unknown', id: parent_id === null ? null : Number(parent_id), path: above }
}
