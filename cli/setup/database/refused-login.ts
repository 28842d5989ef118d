import { databaseTlsProblem } from '../../../lib/database-tls-problem.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
export const insufficientPrivilege = '42501'
export const wrongPassword = '28P01'
const loginRefused = ['28000', wrongPassword]
const noSuchDatabase = '3D000'

/** Whether an error of the database has one of these SQLSTATE codes. */
export const hasState = (error: unknown, ...states: readonly string[]): boolean =>
  states.includes(String((error as { code?: unknown } | null)?.code))

/**
 * The sentence for a connection that PostgreSQL refuses and will refuse again.
 *
 * @param variable the variable that holds the URL
 * @returns undefined if another attempt may succeed
 */
export const refusedLogin = (variable: string, error: unknown): UsageError | undefined => {
  const problem = databaseTlsProblem(error)
  if (problem !== undefined) return new UsageError(`${variable}: ${problem}`)
  if (!hasState(error, ...loginRefused, noSuchDatabase)) return undefined
  return new UsageError(
    `${variable}: PostgreSQL refuses the connection: ${messageOf(error)}. ` +
      'Correct the user name, the password or the name of the database in the URL.',
  )
}
