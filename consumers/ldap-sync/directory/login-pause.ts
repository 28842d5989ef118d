import { ldapFailureOf } from './ldap-failure.ts'

/** How long no login is tried after the first refusal, the second one, and every further one. */
const pausesMs = [5, 10, 15].map((minutes) => minutes * 60_000)

/**
 * Makes a function that logs in, and that refuses to do so for some minutes after the server has refused it.
 * Many directories lock a user after a few wrong passwords, so that a worker which tries again at once would
 * lock itself out.
 */
export const createLoginPause = (now: () => number): (<T>(logIn: () => Promise<T>) => Promise<T>) => {
  let refusals = 0
  let refused: { error: unknown; until: number } | undefined
  return async (logIn) => {
    if (refused !== undefined && now() < refused.until) throw refused.error
    try {
      const result = await logIn()
      refusals = 0
      refused = undefined
      return result
    } catch (error) {
      if (ldapFailureOf(error) === 'login') {
        refused = { error, until: now() + (pausesMs[Math.min(refusals, pausesMs.length - 1)] ?? 0) }
        refusals += 1
      }
      throw error
    }
  }
}
