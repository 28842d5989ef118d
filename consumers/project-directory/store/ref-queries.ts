import type { Connection } from '../../../lib/database.ts'
import type { Move } from '../model/ref-head.ts'
import type { Ref } from '../observe/observation.ts'
import { askAbout, change } from './ask.ts'
import type { DirectoryStore } from './directory-store.ts'
import { saveBases } from './ref-bases.ts'

type RefQueries = Pick<DirectoryStore, 'addMoves' | 'refs' | 'refsOf' | 'saveFolds' | 'saveHeads'>

export const refQueries = (connection: Connection): RefQueries => ({
  addMoves: (moves) =>
    change(
      connection,
      insertMoves,
      moves.map(({ ref, move }) => ({ ...ref, ...move })),
    ),
  refs: async (refs) => {
    const moves = await askAbout<StoredMove>(connection, selectMoves, refs)
    const states = await askAbout<StoredState>(connection, selectRefs, refs)
    return refs.map((ref, at) => {
      const [state] = states[at] ?? []
      return {
        ref,
        moves: (moves[at] ?? []).map(moveOf),
        base: state?.base_at == null ? undefined : { sha: state.base_sha, at: Number(state.base_at) },
        startsEmpty: state?.starts_empty ?? false,
      }
    })
  },
  refsOf: async (projects) => {
    const rows = await askAbout<{ ref: string }>(connection, selectRefsOf, projects)
    return projects.flatMap(({ realm, id }, at): Ref[] =>
      (rows[at] ?? []).map(({ ref }) => ({ realm, projectId: id, name: ref })),
    )
  },
  saveFolds: async (folds) => {
    await saveBases(
      connection,
      folds.map(({ ref, fold }) => ({ ref, base: fold.base })),
    )
    const moves = folds.flatMap(({ ref, fold }) => fold.moves.map((move) => ({ ...ref, ...move })))
    await change(connection, deleteMoves, moves)
  },
  saveHeads: (heads) =>
    change(
      connection,
      upsertHeads,
      heads.map(({ ref, head }) => ({ ...ref, ...head })),
    ),
})

interface StoredMove {
  stream: string
  delivery_id: string
  before: string
  after: string
  at: string
  user_id: string | null
  user_name: string | null
}

interface StoredState {
  base_sha: string | null
  base_at: string | null
  starts_empty: boolean | null
}

const moveOf = ({ stream, delivery_id, before, after, at, user_id, user_name }: StoredMove): Move => ({
  stream,
  deliveryId: delivery_id,
  before,
  after,
  at: Number(at),
  userId: user_id === null ? null : Number(user_id),
  userName: user_name,
})

const insertMoves = `
  insert into project_directory.moves
    (realm, project_id, ref, stream, delivery_id, before, after, at, user_id, user_name)
  select realm, "projectId", name, stream, "deliveryId", before, after, at, "userId", "userName"
    from json_to_recordset($1::json) as given(realm integer, "projectId" bigint, name text, stream text,
      "deliveryId" text, before text, after text, at bigint, "userId" bigint, "userName" text)
  on conflict do nothing`

const deleteMoves = `
  delete from project_directory.moves
   using json_to_recordset($1::json) as given(realm integer, "projectId" bigint, name text, stream text,
      "deliveryId" text, before text, after text)
   where moves.realm = given.realm and moves.project_id = given."projectId" and moves.ref = given.name
     and moves.stream = given.stream and moves.delivery_id = given."deliveryId"
     and moves.before = given.before and moves.after = given.after`

const givenRefs = `
  rows from (json_to_recordset($1::json) as (realm integer, "projectId" bigint, name text))
    with ordinality as given(realm, project_id, name, place)`

const selectMoves = `
  select given.place, stream, delivery_id, before, after, at, user_id, user_name
    from ${givenRefs}
    join project_directory.moves
      on moves.realm = given.realm and moves.project_id = given.project_id and moves.ref = given.name`

const selectRefs = `
  select given.place, refs.base_sha, refs.base_at, holders.starts_empty
    from ${givenRefs}
    left join project_directory.refs
      on refs.realm = given.realm and refs.project_id = given.project_id and refs.ref = given.name
    left join project_directory.holders
      on holders.realm = given.realm and holders.kind = 'project' and holders.id = given.project_id`

const selectRefsOf = `
  select given.place, refs.ref
    from rows from (json_to_recordset($1::json) as (realm integer, id bigint)) with ordinality
      as given(realm, project_id, place)
    join project_directory.refs using (realm, project_id)`

const upsertHeads = `
  insert into project_directory.refs
    (realm, project_id, ref, sha, pusher_id, pusher_name, pushed_at, is_ambiguous)
  select realm, "projectId", name, sha, "pusherId", "pusherName", "pushedAt", "isAmbiguous"
    from json_to_recordset($1::json) as given(realm integer, "projectId" bigint, name text, sha text,
      "pusherId" bigint, "pusherName" text, "pushedAt" bigint, "isAmbiguous" boolean)
  on conflict (realm, project_id, ref) do update set
    sha = excluded.sha, pusher_id = excluded.pusher_id, pusher_name = excluded.pusher_name,
    pushed_at = excluded.pushed_at, is_ambiguous = excluded.is_ambiguous`
