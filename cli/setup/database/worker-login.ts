import pg from 'pg'
import { readDatabaseUrl } from '../../../lib/database-url.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { hasState, refusedLogin, wrongPassword } from './refused-login.ts'

/** Why a role could not use the database. */
export interface LoginFault {
  kind: 'wrong password' | 'other'
  error: UsageError
}

/**
 * Checks that a role will find its tables: connects as its user does.
 *
 * @param lockKey of an advisory lock that the owner holds. Such a lock is only visible in the same database
 * @returns undefined if there is no fault, or if the database cannot be reached, which is logged
 */
export const findLoginFault = async (
  { lockKey, logger }: { lockKey: number; logger: Logger },
  { url, variable }: { url: string; variable: string },
): Promise<LoginFault | undefined> => {
  const client = new pg.Client({
    ...readDatabaseUrl(url),
    connectionTimeoutMillis: 5000,
    application_name: 'gitlab-bridge.setup',
  })
  try {
    await client.connect()
  } catch (error) {
    const refused = refusedLogin(variable, error)
    if (refused !== undefined)
      return { kind: hasState(error, wrongPassword) ? 'wrong password' : 'other', error: refused }
    logger.warn('the login of a role could not be checked, because the database cannot be reached', {
      variable,
      error: messageOf(error),
    })
    return undefined
  }
  try {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as free', [lockKey])
    if (rows[0]?.free !== true) return undefined
    const error = new UsageError(
      `${variable} names another database than DATABASE_URL, which has the tables. Change one of them.`,
    )
    return { kind: 'other', error }
  } finally {
    await client.end()
  }
}
