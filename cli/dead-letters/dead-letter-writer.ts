import { hostname } from 'node:os'
import { type Message, Partitioners, type Producer } from 'kafkajs'
import { requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetters } from './open-dead-letters.ts'
import { operatorName } from './operator-name.ts'

/** The two ways to settle a dead letter. */
type Operation = 'redrive' | 'discard'

/** Writes to the topics of dead letters. Every call resolves when all in-sync replicas have the messages. */
export interface DeadLetterWriter {
  /** Writes an audit record for each letter: who does what, and why. Call it before the operation itself. */
  recordOperation(
    letters: readonly DeadLetter[],
    operation: Operation,
    reason: string | undefined,
  ): Promise<void>
  /**
   * Sends one message in a request of its own, because `max.message.bytes` of a topic limits a whole request.
   */
  copyToRetryTopic(message: Message & { partition: number }): Promise<void>
  /** Writes the tombstones: the letters are no longer open. */
  settle(letters: readonly DeadLetter[], operation: Operation): Promise<void>
  disconnect(): Promise<void>
}

/**
 * Connects a producer.
 *
 * @throws UsageError if the user lacks rights; any other error if the brokers cannot be reached
 */
export const openDeadLetterWriter = async ({
  kafka,
  deadLetterTopic,
  retryTopic,
  operationsTopic,
}: DeadLetters): Promise<DeadLetterWriter> => {
  await requireAccess(kafka, topicNeeds('Write', [deadLetterTopic, retryTopic, operationsTopic]))
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  return {
    recordOperation: (letters, operation, reason) => {
      const who = { operator: operatorName(), host: hostname(), reason: reason ?? null }
      const common = { at: new Date().toISOString(), operation, ...who }
      const messages = letters.map((letter) => operationRecord(letter, common))
      return send(producer, operationsTopic, messages)
    },
    copyToRetryTopic: (message) => send(producer, retryTopic, [message]),
    settle: (letters, operation) =>
      send(
        producer,
        deadLetterTopic,
        letters.map((letter) => tombstone(letter, operation)),
      ),
    disconnect: () => producer.disconnect(),
  }
}

const operationRecord = (letter: DeadLetter, common: Readonly<Record<string, unknown>>): Message => {
  const { worker, dead_letter, origin, event, key, delivery_id, fingerprint, redrives } = letter
  const about = { worker, dead_letter, origin, event, key, delivery_id, fingerprint, redrives }
  return { key: dead_letter, value: JSON.stringify({ ...common, ...about }), partition: 0 }
}

const tombstone = ({ dead_letter }: DeadLetter, operation: Operation): Message => ({
  key: dead_letter,
  value: null,
  partition: 0,
  headers: { 'dead-letter-settled': operation },
})

// All messages of a request go to one partition. With several partitions kafkajs 2.2.4 may report success for
// messages that it never sent.
const send = async (producer: Producer, topic: string, messages: Message[]): Promise<void> => {
  if (messages.length > 0) await producer.send({ topic, acks: -1, messages })
}
