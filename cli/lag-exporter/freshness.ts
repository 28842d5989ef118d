import { setTimeout as sleep } from 'node:timers/promises'

/** A value that is asked for anew when it is too old, once for all who ask at the time. */
export interface Freshness<T> {
  /** The value; the last one known where it cannot be had, or not soon. @throws the error of the first time */
  latest(): Promise<T>
  /** Milliseconds since it was last had. */
  age(): number
}

/** How long an answer is waited for where there is a value already, in milliseconds: who asks has limits of their own. */
const patienceMs = 1500

export const createFreshness = <T>(
  ask: () => Promise<T>,
  freshMs: number,
  onError: (error: unknown) => void,
): Freshness<T> => {
  let known: { value: T; at: number } | undefined
  let asking: Promise<T> | undefined
  const age = () => (known === undefined ? Number.POSITIVE_INFINITY : Date.now() - known.at)

  const refresh = async (): Promise<T> => {
    try {
      known = { value: await ask(), at: Date.now() }
    } catch (error) {
      if (known === undefined) throw error
      onError(error)
    } finally {
      asking = undefined
    }
    return known.value
  }

  return {
    age,
    latest: async () => {
      if (known !== undefined && age() <= freshMs) return known.value
      asking ??= refresh()
      if (known === undefined) return asking
      const waiting = new AbortController()
      return Promise.race([asking, sleep(patienceMs, known.value, waiting)]).finally(() => waiting.abort())
    },
  }
}
