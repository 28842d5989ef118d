import { type Pool, query } from '../../../lib/database.ts'
import type { HolderRow } from './find-holder.ts'

export interface Parent {
  kind: 'group' | 'user' | 'unknown'
  id: number | null
  path: string | null
}

/**
 * The group or user above each of these holders, in the same order; null for a group at the top. A group is
 * recognised by its full path or its id, never by the last part of its path.
 *
 * @throws RetriableError while the database does not answer
 */
export const readParents = async (
  pool: Pool,
  holders: readonly Pick<HolderRow, 'realm' | 'path' | 'parent_id'>[],
): Promise<(Parent | null)[]> => {
  if (holders.length === 0) return []
  const wanted = holders.map(({ realm, path, parent_id }) => ({ realm, path: above(path), id: parent_id }))
  const rows = await query<{ place: string; kind: 'group' | 'user'; id: string; path: string | null }>(
    pool,
    `select given.place, above.kind, above.id, above.path
       from rows from (json_to_recordset($1::json) as (realm integer, path text, id bigint)) with ordinality
         as given(realm, path, id, place)
       join lateral (
         select kind, id, path from project_directory.holders
          where realm = given.realm and kind in ('group', 'user') and path_key = lower(given.path)
            and state <> 'destroyed'
         union
         select kind, id, path from project_directory.holders
          where realm = given.realm and kind = 'group' and id = given.id and given.path is null) as above
         on true`,
    [JSON.stringify(wanted)],
  )
  const byPlace = Map.groupBy(rows, ({ place }) => Number(place))
  return wanted.map(({ path, id }, index) => {
    const [only, ...rivals] = byPlace.get(index + 1) ?? []
    if (only !== undefined && rivals.length === 0)
      return { kind: only.kind, id: Number(only.id), path: only.path }
    if (path === '') return null
    return { kind: 'unknown', id: id === null ? null : Number(id), path }
  })
}

/** `a/b/c` → `a/b`; `a` → ``; null where the path is unknown. */
const above = (path: string | null): string | null =>
  path === null ? null : path.split('/').slice(0, -1).join('/')
