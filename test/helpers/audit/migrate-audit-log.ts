import { migrateDatabase } from '../../../cli/setup/database/migrate-database.ts'
import { auditLog } from '../../../consumers/audit-log/audit-log.ts'
import { quietLogger } from '../../../lib/logger.ts'

/** Makes the tables of the audit log and the role in the second URL, as `bridge setup` does. */
export const migrateAuditLog = async (ownerUrl: string, workerUrl: string): Promise<void> => {
  const { database } = auditLog
  if (database === undefined) throw new Error('the audit log has no database')
  const user = { worker: 'audit-log', variable: 'AUDIT_LOG_DATABASE_URL', url: workerUrl, database }
  await migrateDatabase(ownerUrl, [user], quietLogger())
}
