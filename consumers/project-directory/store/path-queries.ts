import type { Connection } from '../../../lib/database.ts'
import type { HolderKind } from '../model/holder.ts'
import type { Rename } from '../model/renames.ts'
import { askAbout, change } from './ask.ts'
import type { DirectoryStore } from './directory-store.ts'

type PathQueries = Pick<DirectoryStore, 'renames' | 'saveRenames' | 'holdersBelow' | 'claims'>

export const pathQueries = (connection: Connection): PathQueries => ({
  renames: async (paths) => {
    const rows = await askAbout<RenameRow>(connection, selectRenames, paths)
    return rows.map((each) => each.map(renameOf))
  },
  saveRenames: (renames) =>
    change(
      connection,
      upsertRenames,
      renames.map(({ holder, from, ...rename }) => ({
        ...holder,
        ...rename,
        fromPath: from?.path ?? null,
        fromSince: from?.since ?? null,
      })),
    ),
  holdersBelow: async (paths) => {
    const rows = await askAbout<{ realm: number; kind: HolderKind; id: string }>(
      connection,
      selectBelow,
      paths,
    )
    const distinct = new Map(rows.flat().map((row) => [`${row.realm} ${row.kind} ${row.id}`, row]))
    return [...distinct.values()].map(({ realm, kind, id }) => ({ realm, kind, id: Number(id) }))
  },
  claims: async (paths) => {
    const rows = await askAbout<{ since: string; is_destroyed: boolean }>(connection, selectClaims, paths)
    return rows.map((each) =>
      each.map(({ since, is_destroyed }) => ({ since: Number(since), isDestroyed: is_destroyed })),
    )
  },
})

interface RenameRow {
  at: string
  old_path: string
  path: string
  from_path: string | null
  from_since: string | null
}

const renameOf = ({ at, old_path, path, from_path, from_since }: RenameRow): Rename => ({
  at: Number(at),
  oldPath: old_path,
  path,
  from: from_path === null ? null : { path: from_path, since: Number(from_since) },
})

const upsertRenames = `
  insert into project_directory.renames (realm, kind, id, at, old_path, path, from_path, from_since)
  select realm, kind, id, at, "oldPath", path, "fromPath", "fromSince"
    from json_to_recordset($1::json) as given(realm integer, kind text, id bigint, at bigint,
      "oldPath" text, path text, "fromPath" text, "fromSince" bigint)
  on conflict (realm, kind, id, at, old_path, path)
  do update set from_path = excluded.from_path, from_since = excluded.from_since`

const givenPaths = `
  rows from (json_to_recordset($1::json) as (realm integer, path text)) with ordinality
    as given(realm, path, place)`

const selectRenames = `
  select given.place, at, old_path, renames.path, from_path, from_since
    from ${givenPaths}
    join project_directory.renames on renames.realm = given.realm and renames.old_path = given.path`

// In the collation "C", everything below "a/b" lies between "a/b/" and "a/b0".
const selectBelow = `
  select distinct given.place, paths.realm, paths.kind, paths.id
    from ${givenPaths}
    join project_directory.paths on paths.realm = given.realm
     and paths.path_key > lower(given.path) || '/' and paths.path_key < lower(given.path) || '0'`

const selectClaims = `
  select given.place, paths.since, holders.is_destroyed
    from ${givenPaths}
    join project_directory.paths
      on paths.realm = given.realm and paths.path_key = lower(given.path) and paths.path = given.path
    join project_directory.holders
      on holders.realm = paths.realm and holders.kind = paths.kind and holders.id = paths.id
   where paths.kind <> 'project'`
