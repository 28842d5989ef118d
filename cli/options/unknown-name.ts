import { UsageError } from '../../lib/errors.ts'

/**
 * The error for a name that does not exist. It lists the names that do.
 *
 * @param kind in the singular, such as `worker`
 */
export const unknownName = (kind: string, name: string, known: readonly string[]): UsageError =>
  new UsageError(`There is no ${kind} "${name}". Use one of: ${known.join(', ')}.`)
