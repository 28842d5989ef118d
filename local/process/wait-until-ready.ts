import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/errors.ts'
import { type Child, type Exit, exitReason } from './child.ts'

/**
 * Servers start within seconds. On a machine that is busy, or on which many start together, they need
 * minutes. A server that cannot start ends, and this is noticed at once.
 */
const defaultLimitMs = 240_000

/** A child process ended before it was ready. */
export class EndedBeforeReady extends Error {}

/**
 * Repeats a probe until it succeeds.
 *
 * @param probe rejects while the child is not ready
 * @throws EndedBeforeReady if the child ends first, Error if it is not ready within `timeoutMs` milliseconds;
 *   both name its log
 */
export const waitUntilReady = async (
  child: Child,
  probe: () => Promise<void>,
  { logFile, timeoutMs = defaultLimitMs }: { logFile: string; timeoutMs?: number },
): Promise<void> => {
  let exit: Exit | undefined
  void child.exited.then((ended) => {
    exit = ended
  })
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await probe()
    } catch (error) {
      if (exit !== undefined) {
        throw new EndedBeforeReady(
          `${child.name} ended (${exitReason(exit)}) before it was ready. Its log is ${logFile}`,
        )
      }
      if (performance.now() > deadline) {
        child.kill('SIGKILL')
        const limit = `${timeoutMs / 1000} s`
        throw new Error(
          `${child.name} was not ready within ${limit} (${messageOf(error)}). Its log is ${logFile}`,
        )
      }
      await sleep(50)
    }
  }
}
