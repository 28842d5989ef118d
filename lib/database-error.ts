/**
 * Classes of SQLSTATE that the values of a row cause: data exception, integrity constraint violation, program
 * limit exceeded. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const causedByRow = /^(22|23|54)/

const checkViolation = '23514'

/**
 * Whether the values of a row are the reason why the database refused a statement. In any other case the
 * database itself is not well: it is full, read-only, shutting down or unreachable, it lacks a table, a
 * partition or a right, or it asks to try again. Then no record is at fault.
 *
 * A missing partition has the SQLSTATE of a violated check constraint. Only a real violation names its
 * constraint.
 */
export const isCausedByRow = (error: unknown): boolean => {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  if (typeof code !== 'string' || !causedByRow.test(code)) return false
  return code !== checkViolation || constraint !== undefined
}
