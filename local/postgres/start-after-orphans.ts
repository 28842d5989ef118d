import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from '../process/child.ts'
import { EndedBeforeReady, waitUntilReady } from '../process/wait-until-ready.ts'

const maxAttempts = 20

/**
 * Starts the server and waits until it is ready, again if necessary. After a SIGKILL, the child processes of
 * the old server run for a moment longer, and a new server ends while they use the shared memory. On a busy
 * machine, it takes the new server seconds to find that out.
 *
 * @param probe rejects while the server is not ready
 * @param options `pauseMs`: before the server is started again, in milliseconds
 * @throws Error naming the log if the server does not start
 */
export const startAfterOrphans = async (
  start: () => Promise<Child>,
  probe: () => Promise<void>,
  { logFile, pauseMs = 250 }: { logFile: string; pauseMs?: number },
): Promise<Child> => {
  for (let attempt = 1; ; attempt++) {
    const child = await start()
    try {
      await waitUntilReady(child, probe, { logFile })
      return child
    } catch (error) {
      if (!(error instanceof EndedBeforeReady) || attempt === maxAttempts) throw error
    }
    await sleep(pauseMs)
  }
}
