import pg from 'pg'
import { readDatabaseUrl } from '../../../lib/database-url.ts'
import { databaseRoleOf } from '../../../lib/database-variable.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { DatabaseUser } from '../../variables/database-variables.ts'
import { applyMigrations } from './apply-migrations.ts'
import { refusedLogin } from './refused-login.ts'
import { type RoleSetup, roleOf, setUpGroupRole, setUpRole } from './worker-role.ts'

/**
 * Key of the advisory lock that makes two setups wait for each other. Any number works, but it must never
 * change.
 */
const lockKey = 4_842_013

/**
 * Applies the migrations that are missing, and makes the roles of each worker.
 *
 * @param ownerUrl with the role that owns the tables
 * @returns the number of migrations that were applied
 * @throws RetriableError if the database cannot be reached; UsageError if it refuses the login, if a
 * migration was changed after it was applied, if a newer version has migrated the database, or if a worker
 * could not use it
 */
export const migrateDatabase = async (
  ownerUrl: string,
  users: readonly DatabaseUser[],
  logger: Logger,
): Promise<number> => {
  const client = await connectOwner(ownerUrl)
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    const applied = await applyMigrations(client, users)
    for (const user of users) await setUpRoles({ client, ownerUrl, lockKey, logger }, user)
    return applied
  } finally {
    await client.end()
  }
}

const setUpRoles = async (setup: RoleSetup, { database, roles = [], ...user }: DatabaseUser) => {
  await setUpRole(setup, { ...user, rights: database.rights })
  for (const role of roles)
    if (roleOf(role.url) === roleOf(setup.ownerUrl))
      await setUpGroupRole(setup, role.rights, databaseRoleOf(role.name))
    else await setUpRole(setup, role)
}

const connectOwner = async (ownerUrl: string): Promise<pg.Client> => {
  const client = new pg.Client({
    ...readDatabaseUrl(ownerUrl),
    connectionTimeoutMillis: 5000,
    application_name: 'gitlab-bridge.setup',
  })
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => undefined)
    const refused = refusedLogin('DATABASE_URL', error)
    if (refused !== undefined) throw refused
    throw new RetriableError(`DATABASE_URL: cannot connect: ${messageOf(error)}`, { cause: error })
  }
}
