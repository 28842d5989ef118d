import { z } from 'zod'
import { databaseUrl, type Environment, readVariables, secret } from '../../lib/config.ts'
import { createReadPool, type Pool } from '../../lib/database.ts'

const variables = z.object({
  DATABASE_URL: databaseUrl()
    .describe('URL of the database, with the role that owns the tables.')
    .meta(secret),
})

/** Connects to the database with the role that owns the tables, while the action runs. @throws ConfigError */
export const withOwner = async <T>(env: Environment, action: (pool: Pool) => Promise<T>): Promise<T> => {
  const pool = createReadPool(readVariables(variables, env).DATABASE_URL, 'gitlab-bridge.audit-owner', 1)
  try {
    return await action(pool)
  } finally {
    await pool.end()
  }
}
