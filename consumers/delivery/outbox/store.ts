import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { isCausedByRow } from '../../../lib/database-error.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'

/** The outbox of one worker: the tables of its schema, which `migrations/` describes. */
export interface OutboxStore {
  pool: Pool
  /** The name of the schema, such as `chat_notifier`. */
  schema: string
}

/**
 * Runs statements in one transaction.
 *
 * @throws the error of the database if the values of a row are the cause; RetriableError in any other case
 */
export const transact = async <T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await pool.connect().catch((cause: unknown) => {
    throw new RetriableError(`the database cannot be reached: ${messageOf(cause)}`, { cause })
  })
  let broken: Error | undefined
  try {
    await query(connection, 'begin', [])
    const result = await work(connection)
    await query(connection, 'commit', [])
    return result
  } catch (error) {
    await connection.query('rollback').catch((problem: Error) => {
      broken = problem
    })
    if (error instanceof RetriableError || isCausedByRow(error)) throw error
    throw error
  } finally {
    connection.release(broken)
  }
}

/** JSON for PostgreSQL, which has no character NUL and no half surrogates. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'string' ? each.toWellFormed().replaceAll('\0', '�') : each,
  )
