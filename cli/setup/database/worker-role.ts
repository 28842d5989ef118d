import pg from 'pg'
import { UsageError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { DatabaseUser } from '../../variables/database-variables.ts'
import { hasState, insufficientPrivilege } from './refused-login.ts'
import { findLoginFault } from './worker-login.ts'

/** What is needed to make the roles of workers. */
export interface RoleSetup {
  /** Logged in as the owner of the tables. */
  client: pg.Client
  ownerUrl: string
  /** Of an advisory lock that the client holds. */
  lockKey: number
  logger: Logger
}

/**
 * Makes the role of a worker: creates it with the password of the URL if it does not exist, changes its
 * password if it cannot log in with the one of the URL, and grants it the rights of the worker. Does nothing
 * for a worker that uses the owner's role.
 *
 * @throws UsageError if the worker could not use the database, with the statement to run by hand where the
 * owner may not run it
 */
export const setUpRole = async (setup: RoleSetup, user: DatabaseUser): Promise<void> => {
  const role = roleOf(user.url)
  if (role === roleOf(setup.ownerUrl)) return
  await createIfMissing(setup, user, role)
  await ensureLogin(setup, user, role)
  for (const grant of grantsOf(user.database, role)) await setup.client.query(grant)
}

const ensureLogin = async (setup: RoleSetup, user: DatabaseUser, role: string): Promise<void> => {
  const fault = await findLoginFault(setup, user)
  if (fault === undefined) return
  if (fault.kind !== 'wrong password' || passwordOf(user.url) === '') throw fault.error
  await changePassword(setup, user, role)
  const remaining = await findLoginFault(setup, user)
  if (remaining !== undefined) throw remaining.error
  setup.logger.info('the password of a database role was changed to the one in its URL', {
    role,
    variable: user.variable,
  })
}

/** The name of the role in a URL of a database. */
export const roleOf = (url: string): string => decodeURIComponent(new URL(url).username)

/** The statements that give a role the rights of its worker. */
export const grantsOf = ({ rights }: DatabaseUser['database'], role: string): string[] =>
  rights.map((right) => `grant ${right} to ${pg.escapeIdentifier(role)};`)

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password)

const createIfMissing = async ({ client }: RoleSetup, { url, variable }: DatabaseUser, role: string) => {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
  if (rowCount !== 0) return
  const statement = `CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD`
  await runOrExplain(client, statement, url, [
    `The role ${pg.escapeIdentifier(role)} of ${variable} does not exist, and the role of DATABASE_URL may`,
    `not create roles. ${askAdministrator(statement, variable)}`,
  ])
}

const powers = 'rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls'

const changePassword = async ({ client }: RoleSetup, { url, variable }: DatabaseUser, role: string) => {
  const { rows } = await client.query(`select ${powers} as "isPowerful" from pg_roles where rolname = $1`, [
    role,
  ])
  const statement = `ALTER ROLE ${pg.escapeIdentifier(role)} PASSWORD`
  // Such a role belongs to somebody else. A mistake in the URL must not lock that person out.
  if (rows[0]?.isPowerful === true)
    throw new UsageError(
      `${variable}: PostgreSQL refuses the password of ${pg.escapeIdentifier(role)}, and setup does not ` +
        'change the password of a role that may do more than a worker needs. Use another role.',
    )
  await runOrExplain(client, statement, url, [
    `${variable}: PostgreSQL refuses the password of the role ${pg.escapeIdentifier(role)}, and the role of`,
    `DATABASE_URL may not change it. Correct the password, or: ${askAdministrator(statement, variable)}`,
  ])
}

const askAdministrator = (statement: string, variable: string): string =>
  `Ask an administrator of the database to run: ${statement} '<the password in ${variable}>'; ` +
  'Then run `bridge setup` again.'

/** @throws UsageError with the explanation, if the role of the client may not run the statement */
const runOrExplain = async (
  client: pg.Client,
  statement: string,
  url: string,
  explanation: readonly string[],
) => {
  try {
    await client.query(`${statement} ${pg.escapeLiteral(passwordOf(url))}`)
  } catch (error) {
    if (!hasState(error, insufficientPrivilege)) throw error
    throw new UsageError(explanation.join(' '))
  }
}
