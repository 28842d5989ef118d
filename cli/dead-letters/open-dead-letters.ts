import type { Kafka } from 'kafkajs'
import { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { createEventDecoder } from '../../consumers/runtime/event-decoder.ts'
import type { Decode } from '../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import type { DeadLetter } from './dead-letter.ts'
import { readDeadLetters } from './read-dead-letters.ts'

/** One worker's dead letters and what it takes to work on them. */
export interface DeadLetters {
  kafka: Kafka
  consumer: Consumer
  deadLetterTopic: string
  retryTopic: string
  operationsTopic: string
  /** As the worker itself reads records. */
  decode: Decode
  letters: readonly DeadLetter[]
}

const variables = z.object({ ...kafkaVariables.shape, ...registryVariables.shape })

export const openDeadLetters = async (consumer: Consumer, env: Environment): Promise<DeadLetters> => {
  const settings = readVariables(variables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const clientId = names.group('dead-letters')
  const kafka = createKafka(settings, clientId, quietLogger())
  const deadLetterTopic = names.deadLetterTopic(consumer.name)
  return {
    kafka,
    consumer,
    deadLetterTopic,
    retryTopic: names.retryTopic(consumer.name),
    operationsTopic: names.operationsTopic,
    decode: createEventDecoder(consumer.events, createRegistry(settings, clientId)),
    letters: await readDeadLetters(kafka, consumer.name, deadLetterTopic),
  }
}
