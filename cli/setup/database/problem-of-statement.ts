/**
 * Classes of SQLSTATE that say that the database is not well, or asks to try again: connection, rollback,
 * resources, state of an object, shutdown, system.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const causedByDatabase = /^(08|40|53|55|57|58|XX)/

/**
 * What the database says is wrong with a statement, with the line if it names one.
 *
 * @param sql the statement
 * @returns undefined for an error that the statement did not cause
 */
export const problemOfStatement = (error: unknown, sql: string): string | undefined => {
  const { code, position, message } = error as { code?: unknown; position?: string; message?: string }
  const isSqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)
  if (!isSqlState || causedByDatabase.test(code)) return undefined
  if (position === undefined) return message
  const line = sql.slice(0, Number(position)).split('\n').length
  return `${message} (line ${line})`
}
