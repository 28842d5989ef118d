import { migrateDatabase } from '../../../cli/setup/database/migrate-database.ts'
import { databaseUsersOf } from '../../../cli/variables/database-variables.ts'
import { auditLog } from '../../../consumers/audit-log/audit-log.ts'
import { quietLogger } from '../../../lib/logger.ts'

/** Makes the tables of the audit log, and the roles of its worker and readers, as `bridge setup` does. */
export const migrateAuditLog = async (
  ownerUrl: string,
  workerUrl: string,
  readerUrl = ownerUrl,
): Promise<void> => {
  const env = {
    DATABASE_URL: ownerUrl,
    AUDIT_LOG_DATABASE_URL: workerUrl,
    AUDIT_READER_DATABASE_URL: readerUrl,
  }
  await migrateDatabase(ownerUrl, databaseUsersOf([auditLog], env), quietLogger())
}
