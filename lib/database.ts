import pg from 'pg'
import { messageOf, RetriableError } from './errors.ts'
import type { Logger } from './logger.ts'

export type Pool = pg.Pool

/** A small pool: one connection for each partition handled at a time. */
export const createPool = (url: string, applicationName: string, logger: Logger): Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max: 4,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    query_timeout: 35_000,
    keepAlive: true,
  })
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', (error) => logger.warn('database connection lost', { error: error.message }))
  return pool
}

// Classes of SQLSTATE that blame the row: data exception, integrity violation, limit exceeded.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const rowFault = /^(22|23|54)/

/** Runs a query; anything that is not the row's own fault is an outage: a RetriableError. */
export const query = async <Row extends pg.QueryResultRow>(
  pool: Pool,
  text: string,
  values: unknown[],
): Promise<Row[]> => {
  try {
    return (await pool.query<Row>(text, values)).rows
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code === 'string' && rowFault.test(code)) throw error
    throw new RetriableError(`database: ${messageOf(error)}`, { cause: error })
  }
}
