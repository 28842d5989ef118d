import type { Connection } from '../../../lib/database.ts'
import type { Holder } from '../model/holder.ts'
import type { PathFact } from '../model/path-fact.ts'
import { factKey } from '../model/path-fact.ts'
import { askAbout, change } from './ask.ts'
import type { DirectoryStore } from './directory-store.ts'

type HolderQueries = Pick<DirectoryStore, 'facts' | 'saveFacts' | 'places' | 'saveViews' | 'saveStates'>

const flat = ({ holder, ...rest }: { holder: Holder }) => ({ ...holder, ...rest })

const given = 'realm integer, kind text, id bigint'

export const holderQueries = (connection: Connection): HolderQueries => ({
  facts: async (holders) => {
    const rows = await askAbout<{ fact: PathFact }>(connection, selectFacts, holders)
    return rows.map((each) => each.map(({ fact }) => fact))
  },
  saveFacts: async (holders) => {
    await change(
      connection,
      insertFacts,
      holders.flatMap(({ holder, facts }) => facts.map((fact) => ({ ...holder, key: factKey(fact), fact }))),
    )
    await change(
      connection,
      deleteOtherFacts,
      holders.map(({ holder, facts }) => ({ ...holder, keys: facts.map(factKey) })),
    )
  },
  places: async (holders) => {
    const rows = await askAbout<StoredPlace>(connection, selectPlaces, holders)
    return rows.map(
      ([row]) =>
        row && { steps: row.steps ?? [], isDestroyed: row.is_destroyed, startsEmpty: row.starts_empty },
    )
  },
  saveViews: async (views) => {
    await change(
      connection,
      upsertViews,
      views.map(({ steps: _, ...view }) => flat(view)),
    )
    const steps = views.flatMap(({ holder, steps }) =>
      steps.map((step, place) => ({ ...holder, ...step, place })),
    )
    await change(
      connection,
      deletePaths,
      views.map(({ holder, steps }) => ({ ...holder, places: steps.length })),
    )
    await change(connection, insertPaths, steps)
  },
  saveStates: (states) => change(connection, updateStates, states.map(flat)),
})

interface StoredPlace {
  steps: { path: string; since: number }[] | null
  is_destroyed: boolean
  starts_empty: boolean
}

const selectFacts = `
  select given.place, facts.fact
    from rows from (json_to_recordset($1::json) as (${given})) with ordinality
      as given(realm, kind, id, place)
    join project_directory.facts using (realm, kind, id)
   order by (fact->>'at')::numeric, key collate "C"`

const insertFacts = `
  insert into project_directory.facts (realm, kind, id, key, fact)
  select realm, kind, id, key, fact
    from json_to_recordset($1::json) as given(${given}, key text, fact json)
  on conflict (realm, kind, id, key) do update set fact = excluded.fact
   where facts.fact::text is distinct from excluded.fact::text`

const deleteOtherFacts = `
  delete from project_directory.facts
   using json_to_recordset($1::json) as given(${given}, keys jsonb)
   where facts.realm = given.realm and facts.kind = given.kind and facts.id = given.id
     and not given.keys ? facts.key`

const selectPlaces = `
  select given.place, holders.is_destroyed, holders.starts_empty,
         (select json_agg(json_build_object('path', path, 'since', since) order by paths.place)
            from project_directory.paths
           where paths.realm = holders.realm and paths.kind = holders.kind and paths.id = holders.id) as steps
    from rows from (json_to_recordset($1::json) as (${given})) with ordinality
      as given(realm, kind, id, place)
    join project_directory.holders using (realm, kind, id)`

const upsertViews = `
  insert into project_directory.holders
    (realm, kind, id, path, path_since, name, visibility, default_branch, web_url, parent_id, created_at,
     is_destroyed, is_ambiguous, starts_empty, reconciled_at, state)
  select realm, kind, id, path, "pathSince", name, visibility, "defaultBranch", "webUrl", "parentId",
         "createdAt", "isDestroyed", "isAmbiguous", "startsEmpty", "reconciledAt", 'active'
    from json_to_recordset($1::json) as given(${given}, path text, "pathSince" bigint, name text,
      visibility text, "defaultBranch" text, "webUrl" text, "parentId" bigint, "createdAt" bigint,
      "isDestroyed" boolean, "isAmbiguous" boolean, "startsEmpty" boolean, "reconciledAt" bigint)
  on conflict (realm, kind, id) do update set
    path = excluded.path, path_since = excluded.path_since, name = excluded.name,
    visibility = excluded.visibility, default_branch = excluded.default_branch, web_url = excluded.web_url,
    parent_id = excluded.parent_id, created_at = excluded.created_at, is_destroyed = excluded.is_destroyed,
    is_ambiguous = excluded.is_ambiguous, starts_empty = excluded.starts_empty,
    reconciled_at = excluded.reconciled_at`

const deletePaths = `
  delete from project_directory.paths
   using json_to_recordset($1::json) as given(${given}, places integer)
   where paths.realm = given.realm and paths.kind = given.kind and paths.id = given.id
     and paths.place >= given.places`

const insertPaths = `
  insert into project_directory.paths (realm, kind, id, path, since, place)
  select realm, kind, id, path, since, place
    from json_to_recordset($1::json) as given(${given}, path text, since bigint, place integer)
  on conflict (realm, kind, id, place) do update set path = excluded.path, since = excluded.since
   where (paths.path, paths.since) is distinct from (excluded.path, excluded.since)`

const updateStates = `
  update project_directory.holders set state = given.state
    from json_to_recordset($1::json) as given(${given}, state text)
   where holders.realm = given.realm and holders.kind = given.kind and holders.id = given.id
     and holders.state is distinct from given.state`
