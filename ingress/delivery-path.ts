import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, RetriableError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { Deliver } from './deliver.ts'
import type { Publisher } from './publish/publisher.ts'

/** The way to Kafka, which may not be there yet: the ingress takes hooks before the brokers and the registry have answered. */
export interface DeliveryPath {
  /** Begins to connect. */
  start(): void
  state(): 'connecting' | 'open' | 'failing'
  /** Resolves once it is open; rejects with what the first attempt said that waiting does not mend. */
  readonly opened: Promise<void>
  deliver: Deliver
  /** Undefined while connecting. */
  publisher(): Publisher | undefined
  stop(): Promise<void>
}

export interface OpenDeliveryPath {
  deliver: Deliver
  publisher: Publisher
}

const retryMs = (attempt: number): number => Math.min(250 * 2 ** attempt, 5000)

/** Connects in the background, for as long as it takes. */
export const createDeliveryPath = (
  connect: () => Promise<OpenDeliveryPath>,
  logger: Logger,
): DeliveryPath => {
  const stopping = new AbortController()
  let open: OpenDeliveryPath | undefined
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>()
  opened.catch(() => undefined)

  const connectUntilOpen = async () => {
    for (let attempt = 0; !stopping.signal.aborted; attempt++) {
      try {
        const connected = await connect()
        // `stop` does not wait for an attempt under way, so what it opened is closed here.
        if (stopping.signal.aborted) return await connected.publisher.stop()
        open = connected
        return resolve()
      } catch (error) {
        if (!(error instanceof RetriableError)) reject(error)
        logger.warn('not connected yet', { error: messageOf(error), attempt: attempt + 1 })
        await sleep(retryMs(attempt), undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  return {
    start: () => void connectUntilOpen(),
    opened,
    state: () => open?.publisher.state() ?? 'connecting',
    deliver: async (hook, deadlineMs, waitedFor) => {
      if (open === undefined)
        throw new RetriableError('the brokers and the schema registry have not answered yet')
      return open.deliver(hook, deadlineMs, waitedFor)
    },
    publisher: () => open?.publisher,
    stop: async () => {
      // An attempt under way is not waited for: against a frozen broker it takes longer than a stop may.
      stopping.abort()
      await open?.publisher.stop()
    },
  }
}
