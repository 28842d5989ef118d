import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'

/**
 * Runs one transaction. Only one process writes at a time: what one batch computes would otherwise miss what
 * another one has just written about the same project.
 */
export const inTransaction = async <T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const connection = await pool.connect().catch((error: unknown) => {
    throw new RetriableError(`the database cannot be reached: ${messageOf(error)}`, { cause: error })
  })
  let failure: Error | undefined
  try {
    await query(connection, 'begin', [])
    await query(connection, "select pg_advisory_xact_lock(hashtext('project_directory.write'))", [])
    const result = await work(connection)
    await query(connection, 'commit', [])
    return result
  } catch (error) {
    failure = error as Error
    throw error
  } finally {
    // A connection whose transaction failed is closed, which also rolls the transaction back.
    connection.release(failure)
  }
}
