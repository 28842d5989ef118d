import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'

/** Runs statements in one transaction: all of them take effect, or none. */
export const inTransaction = <T>(pool: Pool, act: (connection: Connection) => Promise<T>): Promise<T> =>
  withConnection(pool, async (connection) => {
    await query(connection, 'begin', [])
    try {
      const result = await act(connection)
      await query(connection, 'commit', [])
      return result
    } catch (error) {
      await query(connection, 'rollback', []).catch(() => undefined)
      throw error
    }
  })

/** Any number works, but it must never change. */
const lockKey = 4_842_468

/**
 * Lets one process at a time change the directory: what one of them counts and plans must still be true when
 * it writes. The lock ends with the connection, so that a process that was killed leaves none behind.
 */
export const withDirectoryLock = <T>(pool: Pool, act: () => Promise<T>): Promise<T> =>
  withConnection(pool, async (connection) => {
    await query(connection, 'select pg_advisory_lock($1)', [lockKey])
    try {
      return await act()
    } finally {
      await query(connection, 'select pg_advisory_unlock($1)', [lockKey]).catch(() => undefined)
    }
  })

const withConnection = async <T>(pool: Pool, act: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await pool.connect().catch((error: unknown) => {
    throw new RetriableError(`the database cannot be reached: ${messageOf(error)}`, { cause: error })
  })
  let failure: Error | undefined
  try {
    return await act(connection)
  } catch (error) {
    // A connection with an error may still hold the lock, so that it is closed and not used again.
    failure = error instanceof RetriableError ? error : undefined
    throw error
  } finally {
    connection.release(failure)
  }
}
