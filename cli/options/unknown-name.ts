import { UsageError } from '../../lib/errors.ts'

/**
 * The error for names that do not exist. It lists the names that do.
 *
 * @param kind what the names are for, in the singular, such as `worker`
 */
export const unknownName = (
  kind: string,
  unknown: readonly string[],
  known: readonly string[],
): UsageError => {
  const quoted = unknown.map((name) => `"${name}"`).join(', ')
  return new UsageError(`There is no ${kind} ${quoted}. Use one of: ${known.join(', ')}.`)
}
