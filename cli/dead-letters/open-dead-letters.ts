import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { createEventDecoder } from '../../consumers/runtime/event-decoder.ts'
import type { Decode } from '../../lib/avro/codec.ts'
import type { Environment } from '../../lib/config.ts'
import { createKafkaAndRegistry } from '../kafka-and-registry.ts'
import { requireReadableTopics } from '../require-topics.ts'
import type { DeadLetter } from './dead-letter.ts'
import { readDeadLetters } from './read-dead-letters.ts'
import { acquireSettleLock, type SettleLock } from './settle-lock.ts'

/** The open dead letters of one worker, and what is needed to show, redrive or discard them. */
export interface DeadLetters {
  kafka: Kafka
  consumer: Consumer
  deadLetterTopic: string
  retryTopic: string
  operationsTopic: string
  /** Where bodies are that were published in chunks. */
  rawChunksTopic: string
  /** Decodes records in the same way as the worker. */
  decode: Decode
  letters: readonly DeadLetter[]
}

/**
 * Runs an operation that settles dead letters. While it runs, no other one of the same worker does. The dead
 * letters are read when the others have ended.
 *
 * @throws UsageError if another operation is running
 */
export async function* whileLocked<Result>(
  consumer: Consumer,
  env: Environment,
  operate: (opened: DeadLetters, assertHeld: SettleLock['assertHeld']) => AsyncIterable<Result>,
): AsyncGenerator<Result> {
  const { kafka, names } = createKafkaAndRegistry(env, 'dead-letters')
  await requireReadableTopics({ kafka, names }, [names.deadLetterTopic(consumer.name)])
  const lock = await acquireSettleLock(kafka, names.operationsTopic, consumer.name)
  try {
    yield* operate(await openDeadLetters(consumer, env), lock.assertHeld)
  } finally {
    await lock.release()
  }
}

/** @throws UsageError if the dead-letter topic of the worker does not exist */
export const openDeadLetters = async (consumer: Consumer, env: Environment): Promise<DeadLetters> => {
  const { kafka, names, registry } = createKafkaAndRegistry(env, 'dead-letters')
  const deadLetterTopic = names.deadLetterTopic(consumer.name)
  await requireReadableTopics({ kafka, names }, [deadLetterTopic])
  return {
    kafka,
    consumer,
    deadLetterTopic,
    retryTopic: names.retryTopic(consumer.name),
    operationsTopic: names.operationsTopic,
    rawChunksTopic: names.rawChunksTopic,
    decode: createEventDecoder(consumer.events, registry),
    letters: await readDeadLetters(kafka, consumer.name, deadLetterTopic),
  }
}
