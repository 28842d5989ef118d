import { setTimeout as sleep } from 'node:timers/promises'

/** A value that is read again when it is too old. Callers that ask at the same time share one request. */
export interface FreshValue<T> {
  /**
   * The value. If a new one cannot be read, or not within 1.5 s, the last known one.
   *
   * @throws the error of the request while no value is known
   */
  latest(): Promise<T>
  /** Milliseconds since the value was read; Infinity while none is known. */
  ageMs(): number
}

/**
 * How long to wait for a new value while an old one is known, in milliseconds. Scrapes have time limits of
 * their own.
 */
const waitMs = 1500

/** @param freshMs a value is used for so many milliseconds before it is requested again */
export const createFreshValue = <T>(
  request: () => Promise<T>,
  freshMs: number,
  onError: (error: unknown) => void,
): FreshValue<T> => {
  let known: { value: T; at: number } | undefined
  let requesting: Promise<T> | undefined
  const ageMs = () => (known === undefined ? Number.POSITIVE_INFINITY : Date.now() - known.at)

  const refresh = async (): Promise<T> => {
    try {
      known = { value: await request(), at: Date.now() }
    } catch (error) {
      if (known === undefined) throw error
      onError(error)
    } finally {
      requesting = undefined
    }
    return known.value
  }

  return {
    ageMs,
    latest: async () => {
      if (known !== undefined && ageMs() <= freshMs) return known.value
      requesting ??= refresh()
      if (known === undefined) return requesting
      const ending = new AbortController()
      const old = sleep(waitMs, known.value, ending)
      return Promise.race([requesting, old]).finally(() => ending.abort())
    },
  }
}
