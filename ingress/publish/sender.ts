import { type Kafka, Partitioners, type PartitionMetadata, type Producer, type TopicMessages } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import type { PublishFailureCause } from '../metrics.ts'
import type { OutgoingMessage } from '../record/encode.ts'

/** A message on its way, with the partition its key belongs to. */
export interface Placed extends OutgoingMessage {
  partition: number
}

/** What the publisher needs of a Kafka producer: one attempt, no memory. */
export interface Sender {
  /**
   * Sends once, with acks from all in-sync replicas.
   *
   * @returns the names of the partitions whose leader acknowledged; the client may resolve without having sent to all
   */
  send(batch: readonly Placed[]): Promise<Set<string>>
  /** Lets go of it without waiting: a stuck client may never finish disconnecting. */
  abandon(): void
  /** Waits until the connection is closed. */
  close(): Promise<void>
}

/** The client tries several addresses, each for three seconds. */
const connectMs = 30_000

/** A connected producer that never retries by itself: its retries can lose records (https://github.com/tulios/kafkajs/issues/598 and others). */
export const createSender = async (kafka: Kafka, acknowledgeMs: number): Promise<Sender> => {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: false,
    retry: { retries: 0 },
  })
  const connecting = producer.connect()
  await withTimeLimit(connectMs, connecting).catch((error: unknown) => {
    // Also where it connects after all: nobody else would close that.
    for (const end of [Promise.resolve(), connecting])
      void end.then(() => disconnect(producer)).catch(() => undefined)
    throw new RetriableError(`Kafka: ${messageOf(error)}`, { cause: error })
  })
  return {
    send: async (batch) => {
      const acknowledged = await withTimeLimit(
        2 * acknowledgeMs,
        producer.sendBatch({ topicMessages: group(batch), acks: -1, timeout: acknowledgeMs }),
      )
      return new Set(
        acknowledged
          .filter(({ errorCode }) => errorCode === 0)
          .map(({ topicName, partition }) => partitionName({ topic: topicName, partition })),
      )
    },
    abandon: () => void disconnect(producer),
    close: () => disconnect(producer),
  }
}

const disconnect = (producer: Producer): Promise<void> => producer.disconnect().catch(() => undefined)

const group = (batch: readonly Placed[]): TopicMessages[] => {
  const topics = Map.groupBy(batch, ({ topic }) => topic)
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}

const partitioner = Partitioners.DefaultPartitioner()

/** What is known of topics with as many partitions. */
interface Alike {
  metadata: PartitionMetadata[]
  partitions: Map<string, number>
}

const alike = new Map<number, Alike>()

/** Projects that send hooks at a time; beyond that they are all looked at anew. */
const maxKeys = 10_000

/** Java-compatible: murmur2 of the key, so that every client finds a project in the same partition. */
export const partitionOf = (message: OutgoingMessage, partitionCount: number): number => {
  const { metadata, partitions } = alike.get(partitionCount) ?? meet(partitionCount)
  const known = partitions.get(message.key)
  if (known !== undefined) return known
  const partition = partitioner({ topic: message.topic, partitionMetadata: metadata, message })
  if (partitions.size === maxKeys) partitions.clear()
  partitions.set(message.key, partition)
  return partition
}

const meet = (partitionCount: number): Alike => {
  const metadata = Array.from({ length: partitionCount }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    ...{ leader: 0, replicas: [], isr: [] },
  }))
  const met = { metadata, partitions: new Map() }
  alike.set(partitionCount, met)
  return met
}

/** What went wrong with a produce request, in the words of our metrics. `refused`: these very records will never be taken. */
export const causeOf = (error: unknown): PublishFailureCause => {
  const {
    name = '',
    type = '',
    message = '',
  } = innermost(error) as { name?: string; type?: string; message?: string }
  if (/TOO_LARGE|INVALID_RECORD|INVALID_TIMESTAMP|CORRUPT_MESSAGE/.test(type)) return 'refused'
  // Where a leader has moved, the client may resolve without having asked the new one.
  if (
    /NOT_LEADER|LEADER_NOT_AVAILABLE|UNKNOWN_LEADER|FENCED_LEADER/.test(type) ||
    /not acknowledged/.test(message)
  )
    return 'leader'
  if (/NOT_ENOUGH_REPLICAS/.test(type)) return 'replicas'
  if (/UNKNOWN_TOPIC|TOPIC_AUTHORIZATION/.test(type)) return 'topic'
  if (/TIMED_OUT/.test(type) || /Timeout/.test(name) || /no answer within/.test(message)) return 'timeout'
  // kafkajs has no name for a broker whose connection is gone.
  if (
    /Connection|Broker|Closed|Metadata|NumberOfRetries/.test(name) ||
    /not connected|disconnected/.test(message)
  )
    return 'connection'
  return 'other'
}

/** Whether it was for want of rights on a topic. */
export const isForbidden = (error: unknown): boolean =>
  (innermost(error) as { type?: string }).type === 'TOPIC_AUTHORIZATION_FAILED'

/** The client wraps what happened in "number of retries exceeded", even where it did not retry. */
const innermost = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
