import { z } from 'zod'
import { readDestinations } from '../../consumers/delivery/outbox/destination-state.ts'
import type { OutboxStore } from '../../consumers/delivery/outbox/store.ts'
import { consumers } from '../../consumers/index.ts'
import { databaseUrl, type Environment, readVariables, secret } from '../../lib/config.ts'
import { createReadPool, query } from '../../lib/database.ts'
import { UsageError } from '../../lib/errors.ts'

const variables = z.object({
  DATABASE_URL: databaseUrl().describe('URL of the database of the outboxes.').meta(secret),
})

/** The workers that have an outbox, with its schema. */
export const outboxWorkers = consumers.flatMap(({ name, database }) =>
  database?.schema === undefined ? [] : [{ worker: name, schema: database.schema }],
)

/** Whether `bridge setup` has made the tables of a worker. */
export const isSetUp = async ({ pool, schema }: OutboxStore): Promise<boolean> => {
  const [row] = await query<{ exists: boolean }>(
    pool,
    `select to_regclass($1 || '.destinations') is not null as exists`,
    [schema],
  )
  return row?.exists === true
}

/** Opens the database while the action runs. @throws ConfigError */
export const withDatabase = async <T>(
  env: Environment,
  action: (storeOf: (schema: string) => OutboxStore) => Promise<T>,
): Promise<T> => {
  const pool = createReadPool(readVariables(variables, env).DATABASE_URL, 'gitlab-bridge.outbox', 1)
  try {
    return await action((schema) => ({ pool, schema }))
  } finally {
    await pool.end()
  }
}

/**
 * Opens the outbox of one worker for something that concerns one destination.
 *
 * @throws UsageError if there is no such worker or destination
 */
export const withDestination = <T>(
  env: Environment,
  worker: string,
  destination: string,
  action: (store: OutboxStore) => Promise<T>,
): Promise<T> => {
  const found = outboxWorkers.find((each) => each.worker === worker)
  if (found === undefined) {
    const names = outboxWorkers.map((each) => each.worker).join(', ')
    throw new UsageError(`The worker ${worker} has no outbox. Use one of: ${names}.`)
  }
  return withDatabase(env, async (storeOf) => {
    const store = storeOf(found.schema)
    if (!(await isSetUp(store)))
      throw new UsageError(`The worker ${worker} has no tables in this database: run \`bridge setup\`.`)
    const names = (await readDestinations(store)).map((each) => each.destination)
    if (!names.includes(destination)) {
      const known = names.length === 0 ? 'It has none yet.' : `It has: ${names.join(', ')}.`
      throw new UsageError(`The outbox of ${worker} has no destination ${destination}. ${known}`)
    }
    return action(store)
  })
}
