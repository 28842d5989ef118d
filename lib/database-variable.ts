import { databaseUrl, fallback, secret } from './config.ts'

/** The variable for the URL of a worker's own database role: `audit-log` → `AUDIT_LOG_DATABASE_URL`. */
export const databaseVariableOf = (worker: string): string =>
  `${worker.replaceAll('-', '_').toUpperCase()}_DATABASE_URL`

/** The name that the role of a worker has unless its URL says another one: `audit-log` → `audit_log`. */
export const databaseRoleOf = (worker: string): string => worker.replaceAll('-', '_')

/**
 * The URL of a worker's own role. Without it the worker uses DATABASE_URL. It cannot run if both are not set.
 */
export const workerDatabaseUrl = (worker: string) => databaseUrl().describe(descriptionOf(worker)).meta(marks)

/** The same for `bridge setup`, which needs neither. */
export const optionalWorkerDatabaseUrl = (worker: string) =>
  databaseUrl().optional().describe(descriptionOf(worker)).meta(marks)

/** The URL of a role for people and commands. Without it, commands use DATABASE_URL. */
export const roleDatabaseUrl = (usedBy: string) =>
  databaseUrl().describe(roleDescriptionOf(usedBy)).meta(marks)

/** The same for `bridge setup`, which makes a role without a login where it is not set. */
export const optionalRoleDatabaseUrl = (usedBy: string) =>
  databaseUrl().optional().describe(roleDescriptionOf(usedBy)).meta(marks)

const marks = { ...secret, ...fallback('DATABASE_URL') }

const descriptionOf = (worker: string): string =>
  `URL of the database with the role of ${worker}, which has only the rights that the worker needs. ` +
  '`bridge setup` creates the role, or changes its password to the one in the URL. Unset: DATABASE_URL.'

const roleDescriptionOf = (usedBy: string): string =>
  `URL of the database with the role with which ${usedBy}. ` +
  '`bridge setup` creates the role, or changes its password to the one in the URL. Unset: DATABASE_URL.'
