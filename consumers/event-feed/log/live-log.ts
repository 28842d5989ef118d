import { setTimeout as sleep } from 'node:timers/promises'
import { type Offsets, openOffsets } from '../../../lib/kafka/offsets.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import { type FollowOptions, followGeneration } from './follow-generation.ts'
import { beginGeneration, type Generation } from './generation.ts'
import { createOutage } from './outage.ts'
import type { ItemSource } from './read-items.ts'
import { readLayout } from './read-layout.ts'

export interface LiveLogOptions {
  source: ItemSource
  /** Topic → its event. */
  topics: ReadonlyMap<string, EventType>
  /** How much of the log is kept in memory, in bytes. */
  maxBytes: number
  logger: Logger
  pollMs?: number
}

/** Who serves the clients. */
export interface LogListener {
  /** Called with the size of each item that was added to the current generation. */
  wake(bytes: number): void
  /** Called when the topics have changed: the streams of the old generation must end. */
  endAll(reason: 'topics_changed'): void
}

/** The one reader of the process. All clients are served from what it reads. */
export interface LiveLog {
  current(): Generation
  /** Why it does not read now; undefined while it does. */
  outage(): string | undefined
  offsets: Offsets
  /** Sets who is told of what is read from now on. */
  tell(listener: LogListener): void
  close(): Promise<void>
}

/** At its start, the process reads the records of so long before, in milliseconds. */
const backlogMs = 120_000
const retryMs = 1000

/**
 * Begins to read, and resolves once every record that existed at the start has been read. Later it waits for
 * brokers and for the registry as long as they do not answer.
 *
 * @throws the error of brokers or of a registry that do not answer at the start
 */
export const startLiveLog = async (options: LiveLogOptions): Promise<LiveLog> => {
  const { source, topics, maxBytes, logger, pollMs = 5000 } = options
  const offsets = await openOffsets(source.kafka)
  const begin = async () =>
    beginGeneration(offsets, await readLayout(offsets, topics), Date.now() - backlogMs, maxBytes)
  let current = await begin().catch(async (error: unknown) => {
    await offsets.close()
    throw error
  })
  const outage = createOutage(logger)
  let listener: LogListener | undefined
  const onItem = (bytes: number) => listener?.wake(bytes)
  const closing = new AbortController()
  const { signal } = closing
  const { promise: caughtUp, resolve: onCaughtUp, reject: onError } = Promise.withResolvers<void>()
  const follow: FollowOptions = {
    ...{ source, offsets, topics, outage, signal, pollMs, onItem, onCaughtUp, onError },
  }

  const run = async () => {
    while (!signal.aborted) {
      await followGeneration(current, follow)
      while (!signal.aborted) {
        try {
          current = await begin()
          logger.warn('the topics of the feed have changed: streams end, and clients continue by time')
          listener?.endAll('topics_changed')
          break
        } catch (error) {
          outage.begin('brokers', error)
          await sleep(retryMs, undefined, { signal }).catch(() => undefined)
        }
      }
    }
  }
  const running = run()
  const close = async () => {
    closing.abort()
    await running
    await offsets.close()
  }
  await caughtUp.catch(async (error: unknown) => {
    await close()
    throw error
  })
  const tell = (to: LogListener) => {
    listener = to
  }
  return { current: () => current, outage: outage.reason, offsets, tell, close }
}
