import { z } from 'zod'
import { auditReader } from '../../consumers/audit-log/read/audit-reader.ts'
import {
  anchorPlaceVariables,
  keyChangesIn,
  type OpenedAnchor,
  openAnchor,
} from '../../consumers/audit-log/verify/open-anchor.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createReadPool, type Pool } from '../../lib/database.ts'
import { roleDatabaseUrl } from '../../lib/database-variable.ts'

/** Which database the audit log is in. */
const databaseVariables = z.object({ AUDIT_READER_DATABASE_URL: roleDatabaseUrl(auditReader.usedBy) })

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
  const places = readVariables(anchorPlaceVariables, env)
  return await withAuditDatabase(env, connections, async (pool) =>
    action({ pool, anchor: await openAnchor(places, { anchor, key }, () => keyChangesIn(pool)) }),
  )
}

/**
 * Connects to the database of the audit log while the action runs, with the role of readers.
 *
 * @param connections how many the action uses at the same time
 * @throws ConfigError
 */
export const withAuditDatabase = async <T>(
  env: Environment,
  connections: number,
  action: (pool: Pool) => Promise<T>,
): Promise<T> => {
  const { AUDIT_READER_DATABASE_URL: url } = readVariables(databaseVariables, env)
  const pool = createReadPool(url, 'gitlab-bridge.audit', connections)
  try {
    return await action(pool)
  } finally {
    await pool.end()
  }
}
