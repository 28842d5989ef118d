import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, PermanentError, RetriableError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { type BatchLimits, cutBatch, type Sized } from './cut-batch.ts'
import type { OutgoingMessage } from './encode.ts'
import type { IngressMetrics } from './metrics.ts'
import { causeOf, type Placed, partitionName, partitionOf, type Sender, type TopicFacts } from './producer.ts'

export interface Publisher {
  /**
   * Resolves once the brokers have acknowledged the message on all in-sync replicas.
   *
   * @param deadlineMs from now to the rejection, in milliseconds; null: as long as it takes
   * @throws RetriableError at the deadline (it may still arrive then) or where too much waits already;
   *   PermanentError where the brokers refuse this very message
   */
  publish(message: OutgoingMessage, deadlineMs: number | null): Promise<void>
  /** The most a record on this topic may take, in bytes. */
  maxBytesOf(topic: string): number
  /** Gives up what is still queued, then disconnects. */
  stop(): Promise<void>
}

export interface PublisherOptions {
  connect(): Promise<Sender>
  /** Read again where a topic turns out to be gone. */
  readTopicFacts(): Promise<ReadonlyMap<string, TopicFacts>>
  limits: BatchLimits
  /** Bytes that may wait, those in flight included. */
  maxQueuedBytes: number
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
const recordOverheadBytes = 200

/**
 * Group commit: what arrives while a produce request is in flight goes out together in the next one, so there is never
 * more than one, and the busier it gets the larger it is. What was not acknowledged is sent again in its old place:
 * duplicates are possible, a hole is not.
 */
export const createPublisher = async (options: PublisherOptions): Promise<Publisher> => {
  const { connect, readTopicFacts, limits, maxQueuedBytes, metrics, logger } = options
  let topics = await readTopicFacts()
  let sender: Sender | undefined = await connect()
  let queue: Entry[] = []
  let pumping: Promise<void> | undefined
  let queuedBytes = 0
  let failures = 0
  let singles = 0
  let isStopped = false

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
      if (acknowledged.size === 0) throw new Error('the brokers acknowledged nothing')
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
    if (isStopped) return batch.forEach(({ settle }) => void settle(stopped()))
    if (cause === 'refused' && batch.length === 1)
      return batch[0]?.settle(new PermanentError(`the brokers refuse the record: ${messageOf(error)}`))
    // One message the brokers will never take must not hold up the others: alone, it shows itself.
    if (cause === 'refused') singles = batch.length
    queue = [...batch.filter(({ isSettled }) => !isSettled), ...queue]
    if (failures % failuresUntilRebuild === 0 || cause === 'topic') rebuild()
    if (cause === 'topic') topics = await readTopicFacts().catch(() => topics)
    await sleep(Math.min(50 * 2 ** failures, 1000))
  }

  const rebuild = () => {
    sender?.abandon()
    sender = undefined
    metrics.producersRebuilt.inc()
  }

  return {
    maxBytesOf: (topic) => topics.get(topic)?.maxBytes ?? Number.POSITIVE_INFINITY,
    publish: (message, deadlineMs) => {
      const topic = topics.get(message.topic)
      if (topic === undefined) return Promise.reject(new RetriableError(`topic ${message.topic} does not exist: run \`bridge setup\``))
      const bytes = message.value.length + recordOverheadBytes
      if (queuedBytes + bytes > maxQueuedBytes && queuedBytes > 0)
        return Promise.reject(new RetriableError('too much waits for the brokers'))
      if (isStopped) return Promise.reject(stopped())
      queuedBytes += bytes
      return new Promise((resolve, reject) => {
        const expire = () => entry.settle(new RetriableError(`no acknowledgement within ${(deadlineMs ?? 0) / 1000} s`))
        const timer = deadlineMs === null ? undefined : setTimeout(expire, deadlineMs)
        const entry: Entry = {
          ...message,
          partition: partitionOf(message, topic.partitions),
          bytes,
          maxBytesTogether: topic.maxBytes,
          isSettled: false,
          settle: (error) => {
            if (entry.isSettled) return
            clearTimeout(timer)
            entry.isSettled = true
            queuedBytes -= bytes
            if (error === undefined) resolve()
            else reject(error)
          },
        }
        queue.push(entry)
        pumping ??= pump()
      })
    },
    stop: async () => {
      isStopped = true
      for (const entry of queue) entry.settle(stopped())
      await pumping
      await sender?.close()
    },
  }
}

const stopped = () => new RetriableError('the ingress is stopping')
