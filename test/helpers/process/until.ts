import { setTimeout as sleep } from 'node:timers/promises'

/** Asks until the question no longer throws; then its answer, or after the limit its last error. */
export const until = async <T>(question: () => T | Promise<T>, limitMs: number): Promise<T> => {
  const deadline = Date.now() + limitMs
  for (;;) {
    try {
      return await question()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await sleep(50)
    }
  }
}
