import { z } from 'zod'
import type { Consumer, WorkerDatabase } from '../../consumers/consumer.ts'
import { databaseUrl, type Environment, readVariables, secret } from '../../lib/config.ts'
import { databaseVariableOf, optionalWorkerDatabaseUrl } from '../../lib/database-variable.ts'

/** A worker that uses the database, and the URL with which it does so. */
export interface DatabaseUser {
  worker: string
  database: WorkerDatabase
  /** The variable for the URL of its own role. */
  variable: string
  /** That URL, or DATABASE_URL where it is not set. */
  url: string
}

const workersWithDatabase = (workers: readonly Consumer[]) =>
  workers.flatMap(({ name, database }) =>
    database === undefined ? [] : [{ worker: name, database, variable: databaseVariableOf(name) }],
  )

/** The database that `bridge setup` migrates, and the role of each worker that uses it. */
export const databaseVariablesOf = (workers: readonly Consumer[]) =>
  z.object({
    DATABASE_URL: databaseUrl()
      .optional()
      .describe(
        'URL of the PostgreSQL database, with the role that owns the tables. `bridge setup` uses it, and ' +
          'each worker that has no URL of its own. Unset: there is no audit log.',
      )
      .meta(secret),
    ...Object.fromEntries(
      workersWithDatabase(workers).map(({ worker, variable }) => [
        variable,
        optionalWorkerDatabaseUrl(worker),
      ]),
    ),
  })

/** The workers that use the database. Empty where neither their variables nor DATABASE_URL are set. */
export const databaseUsersOf = (workers: readonly Consumer[], env: Environment): DatabaseUser[] =>
  workersWithDatabase(workers).flatMap(({ worker, database, variable }) => {
    const variables = z.object({ [variable]: optionalWorkerDatabaseUrl(worker) })
    const url = readVariables(variables, env)[variable]
    return url === undefined ? [] : [{ worker, database, variable, url }]
  })
