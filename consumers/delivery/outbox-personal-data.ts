import { z } from 'zod'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createReadPool, query } from '../../lib/database.ts'
import { databaseVariableOf, workerDatabaseUrl } from '../../lib/database-variable.ts'
import { schemaOf } from './outbox/schema-of.ts'

/** The fields of `Person` by which messages are found. */
interface Named {
  ids: readonly number[]
  usernames: readonly string[]
  emails: readonly string[]
  names: readonly string[]
}

const namesPerson = `(user_ids && $1::bigint[] or usernames && $2::text[]
  or (content is not null and exists (select from unnest($3::text[]) word where content::text ilike word)))`

/**
 * What the outbox of a worker keeps about people, in the shape of `PersonalData`. Messages that were sent
 * have no text any more; those that wait are dropped.
 *
 * @param outside what the worker has sent already, such as `the messages in the chats`
 */
export const outboxPersonalData = (worker: string, outside: string) => {
  const store = `the table ${schemaOf(worker)}.messages`
  const run = async (statement: string, { ids, usernames, emails, names }: Named, env: Environment) => {
    const variable = databaseVariableOf(worker)
    const settings = readVariables(z.object({ [variable]: workerDatabaseUrl(worker) }), env)
    const pool = createReadPool(String(settings[variable]), `gitlab-bridge.${worker}.personal-data`, 1)
    try {
      const words = [...emails, ...names].map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`)
      const rows = await query<{ count: string }>(pool, statement, [ids, usernames, words])
      return Number(rows[0]?.count ?? 0)
    } finally {
      await pool.end()
    }
  }
  return {
    find: async (person: Named, env: Environment) => {
      const count = await run(
        `select count(*) from ${schemaOf(worker)}.messages where ${namesPerson}`,
        person,
        env,
      )
      return count === 0 ? [] : [{ store, count, what: 'messages about what the person did' }]
    },
    erase: async (person: Named, _reason: string, env: Environment) => {
      const count = await run(
        `with erased as (
           update ${schemaOf(worker)}.messages
              set content = null, body = null, bytes = 0, answer = null, user_ids = '{}', usernames = '{}',
                  state = case when state = 'sent' then 'sent' else 'discarded' end,
                  settled_at = coalesce(settled_at, now())
            where ${namesPerson} returning 1)
         select count(*) from erased`,
        person,
        env,
      )
      const what = `${count} messages have lost their text and the names, and those that waited are not sent`
      return [{ store, state: 'done' as const, what }]
    },
    report: async () => [
      { store: outside, state: 'cannot' as const, why: 'they belong to the service: delete them there' },
    ],
  }
}
