import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, RetriableError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { type BatchLimits, cutBatch, type Sized } from './cut-batch.ts'
import type { OutgoingMessage } from './encode.ts'
import type { IngressMetrics } from './metrics.ts'
import { causeOf, type Placed, partitionName, partitionOf, type Sender } from './producer.ts'

export interface Publisher {
  /**
   * Resolves once the brokers have acknowledged the message on all in-sync replicas.
   *
   * @throws RetriableError at the deadline, or where the brokers refuse this very message; it may still arrive then
   */
  publish(message: OutgoingMessage): Promise<void>
  /** Waits for what is queued, each until its deadline, then disconnects. */
  stop(): Promise<void>
}

export interface PublisherOptions {
  connect(): Promise<Sender>
  /** Topic → number of partitions; read again while publishing fails. */
  readPartitionCounts(): Promise<Map<string, number>>
  limits: BatchLimits
  /** From `publish` to its rejection, in milliseconds. */
  deadlineMs: number
  metrics: Pick<IngressMetrics, 'batchRecords' | 'publishFailures' | 'producersRebuilt' | 'queuedRecords' | 'lastAcknowledged'>
  logger: Logger
}

interface Entry extends Placed, Sized {
  /** Answered already: acknowledged, or past its deadline. */
  isSettled: boolean
  settle(error?: Error): void
}

/** Failures after which the producer is thought stuck. */
const failuresUntilRebuild = 3
const recordOverheadBytes = 100

/**
 * Group commit: what arrives while a produce request is in flight goes out together in the next one, so there is never
 * more than one, and the busier it gets the larger it is. What was not acknowledged is sent again in its old place:
 * duplicates are possible, a hole is not.
 */
export const createPublisher = async (options: PublisherOptions): Promise<Publisher> => {
  const { connect, readPartitionCounts, limits, deadlineMs, metrics, logger } = options
  let partitionCounts = await readPartitionCounts()
  let sender: Sender | undefined = await connect()
  let queue: Entry[] = []
  let pumping: Promise<void> | undefined
  let failures = 0
  let singles = 0

  const pump = async () => {
    while (queue.length > 0) {
      const cut = cutBatch(queue, singles > 0 ? { ...limits, records: 1 } : limits)
      queue = cut.rest
      const batch = cut.batch.filter(({ isSettled }) => !isSettled)
      if (batch.length > 0) await send(batch)
      metrics.queuedRecords.set(queue.length)
    }
    pumping = undefined
  }

  const send = async (batch: Entry[]) => {
    metrics.batchRecords.observe(batch.length)
    if (singles > 0) singles -= 1
    try {
      sender ??= await connect()
      const acknowledged = await sender.send(batch)
      const isAcknowledged = ({ topic, partition }: Entry) => acknowledged.has(partitionName(topic, partition))
      for (const entry of batch) if (isAcknowledged(entry)) entry.settle()
      queue = [...batch.filter((entry) => !isAcknowledged(entry)), ...queue]
      failures = 0
      metrics.lastAcknowledged.setToCurrentTime()
    } catch (error) {
      await recover(batch, error)
    }
  }

  const recover = async (batch: Entry[], error: unknown) => {
    const cause = causeOf(error)
    failures += 1
    metrics.publishFailures.inc({ cause })
    logger.warn('publish failed, trying again', { cause, error: messageOf(error), records: batch.length, failures })
    if (cause === 'refused' && batch.length === 1)
      return batch[0]?.settle(new RetriableError(`the brokers refused the record: ${messageOf(error)}`))
    // One message the brokers will never take must not hold up the others: alone, it shows itself.
    if (cause === 'refused') singles = batch.length
    queue = [...batch.filter(({ isSettled }) => !isSettled), ...queue]
    if (failures % failuresUntilRebuild === 0 || cause === 'topic') rebuild()
    if (cause === 'topic') partitionCounts = await readPartitionCounts().catch(() => partitionCounts)
    await sleep(Math.min(50 * 2 ** failures, 1000))
  }

  const rebuild = () => {
    sender?.abandon()
    sender = undefined
    metrics.producersRebuilt.inc()
  }

  return {
    publish: (message) => {
      const partitionCount = partitionCounts.get(message.topic)
      if (partitionCount === undefined)
        return Promise.reject(new RetriableError(`topic ${message.topic} does not exist: run \`bridge setup\``))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => entry.settle(new RetriableError(`no acknowledgement within ${deadlineMs / 1000} s`)), deadlineMs)
        const entry: Entry = {
          ...message,
          partition: partitionOf(message, partitionCount),
          bytes: message.value.length + recordOverheadBytes,
          isSettled: false,
          settle: (error) => {
            clearTimeout(timer)
            entry.isSettled = true
            if (error === undefined) resolve()
            else reject(error)
          },
        }
        queue.push(entry)
        pumping ??= pump()
      })
    },
    stop: async () => {
      await pumping
      await sender?.close()
    },
  }
}
