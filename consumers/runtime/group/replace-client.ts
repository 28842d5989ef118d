import { setTimeout as sleep } from 'node:timers/promises'
import { createMutex } from '../../../lib/mutex.ts'

export interface ReplaceClientOptions {
  hasClient(): boolean
  /** Ends the client. It does not throw. */
  end(): Promise<void>
  /** Starts a new client. @throws Error where it cannot be started, or does not join in time */
  start(): Promise<void>
  /** Whether messages are being handled, or may begin to be handled at any moment. */
  isHandling(): boolean
  /** When it is aborted, no further client is started. */
  stopping: AbortSignal
  /** The wait before a client that could not be started is started again, in milliseconds. */
  retryMs?: number | undefined
}

/**
 * Makes the function that replaces the Kafka client of a group member. Brokers may be away while the new one
 * starts. The function then throws, and the start is tried again until it succeeds: without a client the
 * worker would stand still until the watchdog notices.
 */
export const createReplaceClient = (options: ReplaceClientOptions): (() => Promise<void>) => {
  const { hasClient, end, start, isHandling, stopping, retryMs = 1000 } = options
  const oneAtATime = createMutex()

  const replace = async () => {
    if (stopping.aborted) return
    await end()
    if (stopping.aborted) return
    // Two attempts must never run at the same time. If the handler hangs, the watchdog ends the process.
    if (isHandling()) throw new Error('a handler that the old Kafka client called does not end')
    await start()
  }

  let isStartingLater = false
  const startLater = async () => {
    // Another failed replacement would otherwise begin a second loop beside the first one.
    if (isStartingLater) return
    isStartingLater = true
    while (!hasClient() && !stopping.aborted) {
      await sleep(retryMs, undefined, { ref: false, signal: stopping }).catch(() => undefined)
      await oneAtATime(async () => {
        if (!hasClient() && !isHandling() && !stopping.aborted) await start()
      }).catch(() => undefined)
    }
    isStartingLater = false
  }

  return () =>
    oneAtATime(replace).catch((error: unknown) => {
      void startLater()
      throw error
    })
}
