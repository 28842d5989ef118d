import { hash } from 'node:crypto'
import pg from 'pg'
import { isCausedByRow } from './database-error.ts'
import { databaseTlsProblem } from './database-tls-problem.ts'
import { readDatabaseUrl } from './database-url.ts'
import { messageOf, RetriableError } from './errors.ts'
import type { Logger } from './logger.ts'

export type Pool = pg.Pool

/** One connection of a pool, for statements that must share it. */
export type Connection = pg.PoolClient

/** Creates a pool with one connection for each partition that a worker handles at the same time. */
export const createPool = (url: string, applicationName: string, logger: Logger): Pool => {
  const pool = new pg.Pool({
    ...readDatabaseUrl(url),
    application_name: applicationName,
    max: 4,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    query_timeout: 35_000,
    keepAlive: true,
  })
  // The pool replaces a lost idle connection with the next query. Without a listener, the error would end the
  // process.
  pool.on('error', (error) => logger.warn('an idle database connection was lost', { error: error.message }))
  pool.on('connect', ignoreLateErrors)
  return pool
}

/**
 * Creates a pool for a command that reads a whole table. Its queries have no time limit.
 *
 * @param max how many connections the command uses at the same time
 */
export const createReadPool = (url: string, applicationName: string, max: number): Pool => {
  const pool = new pg.Pool({
    ...readDatabaseUrl(url),
    application_name: applicationName,
    max,
    connectionTimeoutMillis: 5000,
  })
  pool.on('connect', ignoreLateErrors)
  // A query that fails says so itself.
  pool.on('error', () => undefined)
  return pool
}

/**
 * The end of a pool does not wait until its connections are closed, and the pool does not listen to them any
 * more. Without a listener, a server that stops at that moment would end the process.
 */
const ignoreLateErrors = (client: Connection): void => void client.on('error', () => undefined)

/**
 * Runs a query and returns its rows.
 *
 * @throws the error of the database if the values of a row are the cause; RetriableError in any other case
 */
export const query = <Row extends pg.QueryResultRow>(
  pool: Pick<Pool, 'query'> | Connection,
  text: string,
  values: unknown[],
): Promise<Row[]> => run(pool, { text, values })

/**
 * The same for a statement that runs often: each connection parses and plans it once.
 *
 * @param text one of a few that never change, because each connection keeps all that it was given
 */
export const queryPrepared = <Row extends pg.QueryResultRow>(
  pool: Pick<Pool, 'query'> | Connection,
  text: string,
  values: unknown[],
): Promise<Row[]> => {
  const name = statementNames.get(text) ?? hash('sha256', text).slice(0, 32)
  statementNames.set(text, name)
  return run(pool, { name, text, values })
}

const statementNames = new Map<string, string>()

const run = async <Row extends pg.QueryResultRow>(
  pool: Pick<Pool, 'query'> | Connection,
  statement: pg.QueryConfig,
): Promise<Row[]> => {
  try {
    return (await pool.query<Row>(statement)).rows
  } catch (error) {
    if (isCausedByRow(error)) throw error
    const reason = databaseTlsProblem(error) ?? messageOf(error)
    throw new RetriableError(`the database did not run a query: ${reason}`, { cause: error })
  }
}
