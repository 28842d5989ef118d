import { type Kafka, Partitioners, type Producer, type TopicMessages } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import type { OutgoingMessage } from '../record/encode.ts'

/** A message with the partition of its key. */
export interface PlacedMessage extends OutgoingMessage {
  partition: number
  /** Where it lies in the partition. A sender sets it once the brokers have acknowledged the message. */
  offset?: number
}

/** A connected Kafka producer that sends each request once. It keeps no state between requests. */
export interface Sender {
  /**
   * Sends the messages once. All in-sync replicas must acknowledge them.
   *
   * @returns the names of the acknowledged partitions; the client may succeed without having sent to all of
   *   them
   */
  send(batch: readonly PlacedMessage[]): Promise<Set<string>>
  /** Disconnects without waiting, since the disconnect of a stuck client may never end. */
  abandon(): void
  /** Waits until the connection is closed. */
  close(): Promise<void>
}

/** The client may try several addresses, each for three seconds. */
const connectTimeoutMs = 30_000

/**
 * Connects a producer that never retries by itself: retries of the client can lose records
 * (https://github.com/tulios/kafkajs/issues/598 and others).
 *
 * @param acknowledgeMs how long the leaders may take to acknowledge, in milliseconds
 * @throws RetriableError if no broker can be reached
 */
export const createSender = async (kafka: Kafka, acknowledgeMs: number): Promise<Sender> => {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: false,
    retry: { retries: 0 },
  })
  const connecting = producer.connect()
  await withTimeLimit(connectTimeoutMs, connecting).catch((error: unknown) => {
    void disconnect(producer)
    // If it connects after the time limit, nobody else would close that connection.
    void connecting.then(() => disconnect(producer)).catch(() => undefined)
    throw new RetriableError(`Kafka: ${messageOf(error)}`, { cause: error })
  })
  return {
    send: async (batch) => {
      const answers = await withTimeLimit(
        2 * acknowledgeMs,
        producer.sendBatch({ topicMessages: byTopic(batch), acks: -1, timeout: acknowledgeMs }),
      )
      const offsets = new Map(
        answers
          .filter(({ errorCode }) => errorCode === 0)
          .map(({ topicName, partition, baseOffset }) => [
            partitionName({ topic: topicName, partition }),
            Number(baseOffset),
          ]),
      )
      setOffsets(batch, offsets)
      return new Set(offsets.keys())
    },
    abandon: () => void disconnect(producer),
    close: () => disconnect(producer),
  }
}

/**
 * The messages of one partition are written in the order of the batch.
 *
 * @param next name of a partition → the offset of its next message; the function counts it up
 */
const setOffsets = (batch: readonly PlacedMessage[], next: Map<string, number>): void => {
  for (const message of batch) {
    const name = partitionName(message)
    const offset = next.get(name)
    if (offset === undefined || Number.isNaN(offset)) continue
    message.offset = offset
    next.set(name, offset + 1)
  }
}

const disconnect = (producer: Producer): Promise<void> => producer.disconnect().catch(() => undefined)

const byTopic = (batch: readonly PlacedMessage[]): TopicMessages[] => {
  const topics = Map.groupBy(batch, ({ topic }) => topic)
  return [...topics].map(([topic, messages]) => ({ topic, messages }))
}
