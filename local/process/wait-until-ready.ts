import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/errors.ts'
import type { Child } from './child.ts'

/**
 * Asks again and again until a child answers.
 *
 * @throws Error when it ends first, or has not answered within `timeoutMs` milliseconds; both name its log
 */
export const waitUntilReady = async (
  child: Child,
  ask: () => Promise<void>,
  { logFile, timeoutMs = 90_000 }: { logFile: string; timeoutMs?: number },
): Promise<void> => {
  let ended: string | undefined
  void child.exited.then(({ code, signal }) => {
    ended = signal ?? `code ${code}`
  })
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (ended !== undefined)
        throw new Error(`${child.name} ended with ${ended} before it answered; its log is ${logFile}`)
      if (Date.now() > deadline) {
        child.kill('SIGKILL')
        throw new Error(
          `${child.name} did not answer within ${timeoutMs / 1000} s (${messageOf(error)}); its log is ${logFile}`,
        )
      }
      await sleep(50)
    }
  }
}
