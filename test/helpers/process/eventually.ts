import { setTimeout as sleep } from 'node:timers/promises'

/** Many attempts ask a server. In a long wait, frequent ones would take the CPU from what is awaited. */
const longestPauseMs = 200

/**
 * Repeats an attempt until it succeeds. The pauses between attempts double from one millisecond to 50 ms.
 * Later they are a fiftieth of the time that has passed, and 200 ms at most.
 *
 * @param limitMs generous by default, because a machine that runs tests may be busy
 * @param signal ends the waiting early
 * @returns the result of the successful attempt
 * @throws the last error, once the limit has passed or the signal has fired
 */
export const eventually = async <T>(
  attempt: () => T | Promise<T>,
  limitMs = 120_000,
  signal?: AbortSignal,
): Promise<T> => {
  const startedAt = performance.now()
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    try {
      return await attempt()
    } catch (error) {
      const passedMs = performance.now() - startedAt
      if (passedMs > limitMs || signal?.aborted) throw error
      await sleep(Math.max(pauseMs, Math.min(passedMs / 50, longestPauseMs)))
    }
  }
}
