import pg from 'pg'
import { messageOf, UsageError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/**
 * Gives the role of the worker its rights: it may read and add rows, and create the partition of a month. If
 * the role does not exist, it is created with the password of the worker's URL.
 *
 * @throws UsageError with the statement to run by hand, if the owner may not create roles
 */
export const grantToWorker = async (client: pg.Client, owner: URL, worker: URL): Promise<void> => {
  const name = userOf(worker)
  if (name === userOf(owner)) return
  const role = client.escapeIdentifier(name)
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name])
  if (rowCount === 0) await createRole(client, role, decodeURIComponent(worker.password))
  await client.query(`grant usage on schema audit_log to ${role}`)
  await client.query(`grant select, insert on audit_log.events to ${role}`)
  await client.query(`grant execute on function audit_log.ensure_month(timestamptz) to ${role}`)
}

const userOf = (url: URL): string => decodeURIComponent(url.username)

const createRole = async (client: pg.Client, role: string, password: string) => {
  try {
    await client.query(`create role ${role} login password ${client.escapeLiteral(password)}`)
  } catch (error) {
    if (!hasState(error, insufficientPrivilege)) throw error
    throw new UsageError(
      `The role ${role} of AUDIT_LOG_DATABASE_URL does not exist, and the role of DATABASE_URL may not ` +
        `create roles. Ask an administrator of the database to run: CREATE ROLE ${role} LOGIN PASSWORD ` +
        `'<the password in AUDIT_LOG_DATABASE_URL>'; Then run \`bridge setup\` again.`,
    )
  }
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const insufficientPrivilege = '42501'
const loginRefused = ['28000', '28P01']
const noSuchDatabase = '3D000'

const hasState = (error: unknown, ...states: readonly string[]): boolean =>
  states.includes(String((error as { code?: unknown } | null)?.code))

/**
 * The sentence for a connection that PostgreSQL refuses and will refuse again.
 *
 * @param variable the variable that holds the URL
 * @returns undefined if another attempt may succeed
 */
export const refusedLogin = (variable: string, error: unknown): UsageError | undefined => {
  if (!hasState(error, ...loginRefused, noSuchDatabase)) return undefined
  return new UsageError(
    `${variable}: PostgreSQL refuses the connection: ${messageOf(error)}. ` +
      'Correct the user name, the password or the name of the database in the URL.',
  )
}

/**
 * Checks that the worker will find the tables: it connects as the worker does.
 *
 * @param lockKey of an advisory lock that the owner holds. Such a lock is only visible in the same database
 * @throws UsageError if PostgreSQL refuses the login, or if the URL names another database
 */
export const checkWorkerLogin = async (workerUrl: string, lockKey: number, logger: Logger): Promise<void> => {
  const client = new pg.Client({
    connectionString: workerUrl,
    connectionTimeoutMillis: 5000,
    application_name: 'gitlab-bridge.setup',
  })
  try {
    await client.connect()
  } catch (error) {
    const refused = refusedLogin('AUDIT_LOG_DATABASE_URL', error)
    if (refused !== undefined)
      throw new UsageError(
        `${refused.message} Setup never changes the password of a role that exists: ` +
          'to change it, run ALTER ROLE … PASSWORD … by hand.',
      )
    logger.warn('the login of the worker audit-log could not be checked: the database cannot be reached', {
      variable: 'AUDIT_LOG_DATABASE_URL',
      error: messageOf(error),
    })
    return
  }
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as free', [lockKey])
    if (rows[0]?.free === true)
      throw new UsageError(
        'AUDIT_LOG_DATABASE_URL names another database than DATABASE_URL, ' +
          'so the worker audit-log would not find its tables. Change one of them.',
      )
  } finally {
    await client.end()
  }
}
