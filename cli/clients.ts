import type { Kafka } from 'kafkajs'
import { type Environment, readVariables } from '../lib/config.ts'
import { createKafka, kafkaVariables } from '../lib/kafka/client.ts'
import { quietLogger } from '../lib/logger.ts'
import { createNames, type Names } from '../schemas/topics.ts'

/**
 * How long a command that only reads waits for an answer of a broker, in milliseconds: an operator is waiting
 * for it.
 */
export const operatorTimeoutMs = 10_000

/** What a command needs to work with Kafka. Nothing connects before it is used. */
export interface KafkaAccess {
  kafka: Kafka
  /** The names of topics and groups, with the prefix of this installation. */
  names: Names
}

/**
 * A silent Kafka client for a command.
 *
 * @param command its name, which becomes a part of the client id
 * @throws ConfigError
 */
export const createKafkaClient = (
  env: Environment,
  command: string,
  requestTimeoutMs?: number,
): KafkaAccess => {
  const settings = readVariables(kafkaVariables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  return { names, kafka: createKafka(settings, names.group(command), quietLogger(), requestTimeoutMs) }
}
