import { setTimeout as sleep } from 'node:timers/promises'

const longestPauseMs = 50

/**
 * Repeats an attempt until it succeeds. The pauses between attempts grow from one millisecond to 50 ms.
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
  const deadline = performance.now() + limitMs
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() > deadline || signal?.aborted) throw error
      await sleep(pauseMs)
    }
  }
}
