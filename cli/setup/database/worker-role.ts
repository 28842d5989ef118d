import pg from 'pg'
import { UsageError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { problemOfStatement } from './problem-of-statement.ts'
import { hasState, insufficientPrivilege } from './refused-login.ts'
import { findLoginFault } from './worker-login.ts'

/** A role to make: the URL with which it logs in, and what it may do. */
export interface LoginRole {
  /** The variable that holds the URL. */
  variable: string
  url: string
  rights: readonly string[]
}

/** What is needed to make roles. */
export interface RoleSetup {
  /** Logged in as the owner of the tables. */
  client: pg.Client
  ownerUrl: string
  /** Of an advisory lock that the client holds. */
  lockKey: number
  logger: Logger
}

/**
 * Makes a role: creates it with the password of the URL if it does not exist, changes its password if it
 * cannot log in with the one of the URL, and grants it its rights. Does nothing if the URL has the role of
 * the owner.
 *
 * @throws UsageError if the role could not be used, with the statement to run by hand where the owner may
 * not run it
 */
export const setUpRole = async (setup: RoleSetup, user: LoginRole): Promise<void> => {
  const role = roleOf(user.url)
  if (role === roleOf(setup.ownerUrl)) return
  await createIfMissing(setup, user, role)
  await ensureLogin(setup, user, role)
  await grantRights(setup, user.rights, role)
}

/**
 * Makes a role that cannot log in, for administrators who give it to others: `grant audit_reader to ada`.
 * It is left out, with a warning, if the owner may not create roles.
 */
export const setUpGroupRole = async (
  setup: RoleSetup,
  rights: readonly string[],
  role: string,
): Promise<void> => {
  const { client, logger } = setup
  try {
    if (!(await exists(client, role))) await client.query(`create role ${pg.escapeIdentifier(role)} nologin`)
  } catch (error) {
    if (!hasState(error, insufficientPrivilege)) throw error
    const remedy = `ask an administrator of the database to run: CREATE ROLE ${pg.escapeIdentifier(role)}`
    return void logger.warn('a role was not made, because the role of DATABASE_URL may not create roles', {
      role,
      remedy,
    })
  }
  await grantRights(setup, rights, role)
}

/** @throws UsageError naming the right, if the database refuses it */
const grantRights = async ({ client }: RoleSetup, rights: readonly string[], role: string) => {
  for (const grant of grantsOf(rights, role))
    await client.query(grant).catch((error: unknown) => {
      const problem = problemOfStatement(error, grant)
      if (problem === undefined) throw error
      throw new UsageError(
        `The database refuses a right of the role ${role}: ${grant} It says: ${problem}. Correct ` +
          '`rights` in the definition of the worker, or give the role of DATABASE_URL what it lacks.',
        { cause: error },
      )
    })
}

const ensureLogin = async (setup: RoleSetup, user: LoginRole, role: string): Promise<void> => {
  // An earlier setup without the URL has made a role that cannot log in.
  if (!(await exists(setup.client, role, 'rolcanlogin')) && passwordOf(user.url) !== '')
    await changePassword(setup, user, role)
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

/** The statements that give a role its rights. */
export const grantsOf = (rights: readonly string[], role: string): string[] =>
  rights.map((right) => `grant ${right} to ${pg.escapeIdentifier(role)};`)

const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password)

const exists = async (client: pg.Client, role: string, condition = 'true'): Promise<boolean> =>
  (await client.query(`select from pg_roles where rolname = $1 and ${condition}`, [role])).rowCount !== 0

const createIfMissing = async ({ client }: RoleSetup, { url, variable }: LoginRole, role: string) => {
  if (await exists(client, role)) return
  const statement = `CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD`
  await runOrExplain(client, statement, url, [
    `The role ${pg.escapeIdentifier(role)} of ${variable} does not exist, and the role of DATABASE_URL may`,
    `not create roles. ${askAdministrator(statement, variable)}`,
  ])
}

const powers = 'rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls'

const changePassword = async ({ client }: RoleSetup, { url, variable }: LoginRole, role: string) => {
  const statement = `ALTER ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD`
  // Such a role belongs to somebody else. A mistake in the URL must not lock that person out.
  if (await exists(client, role, `(${powers})`))
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
