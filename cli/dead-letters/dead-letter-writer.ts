import { hostname } from 'node:os'
import { type Message, Partitioners, type Producer } from 'kafkajs'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetters } from './open-dead-letters.ts'
import { operatorName } from './operator-name.ts'

export type Operation = 'redrive' | 'discard'

/** Writes to the topics that dead letters live on; every call resolves once all in-sync replicas have it. */
export interface Settle {
  /** The audit record: who did what to which dead letter. Written before it is done. */
  record(letters: readonly DeadLetter[], operation: Operation, reason: string | undefined): Promise<void>
  /** A copy for the retry topic; one a request, since the limit of a topic is one of all that comes at once. */
  copy(message: Message & { partition: number }): Promise<void>
  /** Nothing is owed any more. */
  close(letters: readonly DeadLetter[], operation: Operation): Promise<void>
  disconnect(): Promise<void>
}

export const openSettle = async ({
  kafka,
  deadLetterTopic,
  retryTopic,
  operationsTopic,
}: DeadLetters): Promise<Settle> => {
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  return {
    record: (letters, operation, reason) => {
      const at = new Date().toISOString()
      const by = { operator: operatorName(), host: hostname(), reason: reason ?? null }
      const messages = letters.map(
        ({ worker, dead_letter, origin, event, key, delivery_id, fingerprint, redrives }) => ({
          key: dead_letter,
          value: JSON.stringify({
            at,
            operation,
            ...by,
            worker,
            dead_letter,
            origin,
            event,
            key,
            delivery_id,
            fingerprint,
            redrives,
          }),
          partition: 0,
        }),
      )
      return send(producer, operationsTopic, messages)
    },
    copy: (message) => send(producer, retryTopic, [message]),
    close: (letters, operation) =>
      send(
        producer,
        deadLetterTopic,
        letters.map(({ dead_letter }) => ({
          key: dead_letter,
          value: null,
          partition: 0,
          headers: { 'dead-letter-settled': operation },
        })),
      ),
    disconnect: () => producer.disconnect(),
  }
}

// One partition a request: with several the client may report success for records it never sent (kafkajs 2.2.4).
const send = async (producer: Producer, topic: string, messages: Message[]): Promise<void> => {
  if (messages.length > 0) await producer.send({ topic, acks: -1, messages })
}
