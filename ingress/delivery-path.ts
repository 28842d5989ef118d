import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../lib/backoff.ts'
import { messageOf, RetriableError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { type Deliver, notQueued } from './deliver.ts'
import type { Publisher } from './publish/publisher.ts'

/**
 * The path of hooks to Kafka. It may not be open yet: the ingress accepts hooks before the brokers and the
 * schema registry have answered.
 */
export interface DeliveryPath {
  /** Begins to connect in the background, and tries again until it is connected or stopped. */
  start(): void
  state(): 'connecting' | 'open' | 'failing'
  /** Resolves once the path is open. Never rejects: whatever the brokers say, hooks are spooled meanwhile. */
  readonly opened: Promise<void>
  /** Why it cannot connect, if that will not go away by itself: for example, the topics are missing. */
  problem(): string | undefined
  deliver: Deliver
  /** Sends no further produce request until `resume`. The request in flight goes on. */
  pause(): void
  resume(): void
  /** Undefined while connecting. */
  publisher(): Publisher | undefined
  stop(): Promise<void>
}

export interface OpenDeliveryPath {
  deliver: Deliver
  publisher: Publisher
}

const connectBackoff: Backoff = { firstMs: 250, maxMs: 5000 }

export const createDeliveryPath = (
  connect: () => Promise<OpenDeliveryPath>,
  logger: Logger,
): DeliveryPath => {
  const stopping = new AbortController()
  let open: OpenDeliveryPath | undefined
  let problem: string | undefined
  const { promise: opened, resolve } = Promise.withResolvers<void>()

  const noteFailure = (error: unknown, attempt: number) => {
    const message = messageOf(error)
    if (error instanceof RetriableError) {
      problem = undefined
      return logger.warn('the ingress cannot connect yet', { error: message, attempt })
    }
    // It is tried again every few seconds, and one line is enough.
    if (problem !== message)
      logger.error('the ingress cannot connect until somebody helps; hooks are spooled', { error: message })
    problem = message
  }

  const connectUntilOpen = async () => {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      try {
        const connected = await connect()
        // `stop` does not wait for an attempt in progress, so what it opened is closed here.
        if (stopping.signal.aborted) return await connected.publisher.stop()
        open = connected
        problem = undefined
        return resolve()
      } catch (error) {
        noteFailure(error, attempt)
        const waitMs = backoffMs(connectBackoff, attempt)
        await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  return {
    start: () => void connectUntilOpen(),
    opened,
    problem: () => problem,
    state: () => open?.publisher.state() ?? 'connecting',
    deliver: (hook, options) => {
      if (open !== undefined) return open.deliver(hook, options)
      options.onSettled({
        error: new RetriableError('the brokers and the schema registry have not answered yet'),
      })
      return notQueued
    },
    pause: () => open?.publisher.pause(),
    resume: () => open?.publisher.resume(),
    publisher: () => open?.publisher,
    stop: async () => {
      // An attempt in progress is not awaited: with a frozen broker it takes longer than a stop may take.
      stopping.abort()
      await open?.publisher.stop()
    },
  }
}
