import { z } from 'zod'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createReadPool, query } from '../../../lib/database.ts'
import { workerDatabaseUrl } from '../../../lib/database-variable.ts'
import type { Person, PersonalDataFunctions, StoreReport } from '../../personal-data/personal-data.ts'

const variables = z.object({ PROJECT_DIRECTORY_DATABASE_URL: workerDatabaseUrl('project-directory') })

/** The users that a person is: by id, and by every user name that the directory knows of them. */
const person = `
  realm as (select id from project_directory.realms where $4::text is null or instance = $4),
  person as (
    select realm.id as realm, given as id from realm, unnest($1::bigint[]) as given
    union select p.realm, p.id from project_directory.paths as p join realm on realm.id = p.realm
      where p.kind = 'user' and p.path_key = any($2::text[])
    union select h.realm, h.id from project_directory.holders as h join realm on realm.id = h.realm
      where h.kind = 'user' and h.path_key = any($2::text[])
  )`
const isPerson = (table: string, id: string) =>
  `(${table}.realm, ${table}.${id}) in (select realm, id from person)`
const isUser = (table: string) => `${table}.kind = 'user' and ${isPerson(table, 'id')}`
const pushed = (table: string, id: string, name: string) =>
  `(${isPerson(table, id)} or (${table}.${id} is null and ${table}.${name} = any($3::text[])
    and ${table}.realm in (select id from realm)))`

const count = `with ${person}
  select (select count(*) from project_directory.members as m where ${isPerson('m', 'user_id')}) as members,
    (select count(*) from project_directory.facts as f where ${isUser('f')}) as facts,
    (select count(*) from project_directory.moves as v where ${pushed('v', 'user_id', 'user_name')}) as moves`

const erase = `with ${person},
  members as (delete from project_directory.members as m where ${isPerson('m', 'user_id')} returning 1),
  facts as (delete from project_directory.facts as f where ${isUser('f')} returning 1),
  holders as (delete from project_directory.holders as h where ${isUser('h')}),
  paths as (delete from project_directory.paths as p where ${isUser('p')}),
  renames as (delete from project_directory.renames as r where ${isUser('r')}),
  moves as (update project_directory.moves as v set user_id = null, user_name = null
    where ${pushed('v', 'user_id', 'user_name')} returning 1),
  refs as (update project_directory.refs as r set pusher_id = null, pusher_name = null
    where ${pushed('r', 'pusher_id', 'pusher_name')})
  select (select count(*) from members) as members, (select count(*) from facts) as facts,
    (select count(*) from moves) as moves`

/** Projects in the personal namespace of the user: their paths begin with the user name. */
const countNamespaces = `
  select count(*) as projects
    from project_directory.paths as p join project_directory.realms as r on r.id = p.realm
   where ($2::text is null or r.instance = $2) and p.kind <> 'user'
     and exists (select from unnest($1::text[]) as name
                  where p.path_key = name or starts_with(p.path_key, name || '/'))`

interface Counts {
  members: string
  facts: string
  moves: string
}

const store = 'the tables of the schema project_directory'

const run = async <Row extends object>(env: Environment, text: string, values: unknown[]): Promise<Row> => {
  const { PROJECT_DIRECTORY_DATABASE_URL: url } = readVariables(variables, env)
  const pool = createReadPool(url, 'gitlab-bridge.project-directory.personal-data', 1)
  try {
    const [row] = await query<Row & Record<string, unknown>>(pool, text, values)
    if (row === undefined) throw new Error('the directory did not answer')
    return row
  } finally {
    await pool.end()
  }
}

const usernamesOf = ({ usernames }: Person) => usernames.map((name) => name.toLowerCase())
const valuesOf = (who: Person) => [who.ids, usernamesOf(who), who.names, who.instance ?? null]

/** What the directory keeps about people: users, memberships, and who pushed. */
export const directoryPersonalData: PersonalDataFunctions = {
  find: async (who, env) => {
    const { members, facts, moves } = await run<Counts>(env, count, valuesOf(who))
    return [
      { store, count: Number(members), what: 'memberships' },
      { store, count: Number(facts), what: 'facts about the user' },
      { store, count: Number(moves), what: 'pushes with the name of the person' },
    ]
  },

  erase: async (who, _reason, env) => {
    const { members, facts, moves } = await run<Counts>(env, erase, valuesOf(who))
    const what =
      `${members} memberships and ${facts} facts about the user were deleted, and ${moves} pushes lost the ` +
      'name of who pushed'
    return [{ store, state: 'done', what }]
  },

  report: async (who, env) => {
    const { projects } = await run<{ projects: string }>(env, countNamespaces, [
      usernamesOf(who),
      who.instance ?? null,
    ])
    const again: StoreReport = {
      ...{ store: 'new events about the person', state: 'cannot' },
      why:
        'the directory keeps what later events say. While the user exists in GitLab, the next event or ' +
        'comparison with GitLab brings the user back: delete the user there first',
    }
    if (projects === '0') return [again]
    return [
      {
        ...{ store: 'paths of projects and groups in project_directory', state: 'cannot' },
        why: `${projects} paths begin with the user name, and show it: rename or delete the projects`,
      },
      again,
    ]
  },
}
