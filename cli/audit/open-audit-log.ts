import { z } from 'zod'
import {
  anchorPlaceVariables,
  type OpenedAnchor,
  openAnchor,
} from '../../consumers/audit-log/verify/open-anchor.ts'
import { databaseUrl, type Environment, readVariables, secret } from '../../lib/config.ts'
import { createReadPool, type Pool } from '../../lib/database.ts'

const variables = z.object({
  DATABASE_URL: databaseUrl().describe('URL of the database of the audit log.').meta(secret),
  ...anchorPlaceVariables.shape,
})

export interface AnchorOptions {
  anchor?: string
  key?: string
}

/** The database of the audit log, and a checkpoint from outside of it. */
export interface OpenedAuditLog {
  pool: Pool
  anchor: OpenedAnchor
}

/**
 * Reads the anchor and connects to the database while the action runs.
 *
 * @param connections how many the action uses at the same time
 * @throws ConfigError, UsageError
 */
export const withAuditLog = async <T>(
  { anchor, key }: AnchorOptions,
  env: Environment,
  connections: number,
  action: (opened: OpenedAuditLog) => Promise<T>,
): Promise<T> => {
  const { DATABASE_URL, ...places } = readVariables(variables, env)
  const opened = await openAnchor(places, { anchor, key })
  const pool = createReadPool(DATABASE_URL, 'gitlab-bridge.audit', connections)
  try {
    return await action({ pool, anchor: opened })
  } finally {
    await pool.end()
  }
}
