import type { Environment } from '../../lib/config.ts'
import { ConfigError, messageOf } from '../../lib/errors.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import type { Finding } from './finding.ts'

/** One check: what it is about, and what it finds. */
export interface Check {
  check: string
  find(env: Environment): Promise<Finding[]>
  /** What to do if the check itself fails. */
  todo: string
}

/** How long one check may take, in milliseconds. */
const limitMs = 30_000

/**
 * Runs all checks, one after the other, and yields what they find. A check that fails is a finding of its
 * own: it hides no other.
 */
export async function* examine(checks: readonly Check[], env: Environment): AsyncGenerator<Finding> {
  for (const { check, find, todo } of checks) yield* await findOrFail(check, find(env), todo)
}

const findOrFail = async (check: string, finding: Promise<Finding[]>, todo: string): Promise<Finding[]> => {
  try {
    return await withTimeLimit(limitMs, finding)
  } catch (error) {
    // The check of the configuration names the variable.
    if (error instanceof ConfigError)
      return [{ check, state: 'skipped', says: 'It was not checked, because its settings are wrong.' }]
    return [{ check, state: 'problem', says: messageOf(error), todo }]
  }
}
