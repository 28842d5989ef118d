import { z } from 'zod'
import type { Consumer, DatabaseRole, WorkerDatabase } from '../../consumers/consumer.ts'
import { databaseUrl, type Environment, readVariables, secret } from '../../lib/config.ts'
import {
  databaseVariableOf,
  optionalRoleDatabaseUrl,
  optionalWorkerDatabaseUrl,
} from '../../lib/database-variable.ts'

/** A worker that uses the database, and the URL with which it does so. */
export interface DatabaseUser {
  worker: string
  database: WorkerDatabase
  /** The variable for the URL of its own role. */
  variable: string
  /** That URL, or DATABASE_URL where it is not set. */
  url: string
  /** The further roles that use its tables. */
  roles?: readonly RoleUser[]
}

/** A role that belongs to no worker, and the URL with which it is used. */
export interface RoleUser extends DatabaseRole {
  variable: string
  /** That URL, or DATABASE_URL where it is not set. */
  url: string
}

const workersWithDatabase = (workers: readonly Consumer[]) =>
  workers.flatMap(({ name, database }) =>
    database === undefined ? [] : [{ worker: name, database, variable: databaseVariableOf(name) }],
  )

/** Every variable for the URL of a role, with its type. */
const urlVariablesOf = (workers: readonly Consumer[]) =>
  Object.fromEntries(
    workersWithDatabase(workers).flatMap(({ worker, variable, database: { roles = [] } }) => [
      [variable, optionalWorkerDatabaseUrl(worker)] as const,
      ...roles.map((role) => [databaseVariableOf(role.name), optionalRoleDatabaseUrl(role.usedBy)] as const),
    ]),
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
    ...urlVariablesOf(workers),
  })

/** The workers that use the database. Empty where neither their variables nor DATABASE_URL are set. */
export const databaseUsersOf = (workers: readonly Consumer[], env: Environment): DatabaseUser[] => {
  const urls = readVariables(z.object(urlVariablesOf(workers)), env)
  return workersWithDatabase(workers).flatMap((user) => {
    const url = urls[user.variable]
    if (url === undefined) return []
    const roles = (user.database.roles ?? []).map((role): RoleUser => {
      const variable = databaseVariableOf(role.name)
      // Without DATABASE_URL, only the URL of the worker is known. Setup does nothing then.
      return { ...role, variable, url: urls[variable] ?? url }
    })
    return [{ ...user, url, roles }]
  })
}
