import type { Kafka } from 'kafkajs'
import { setUp } from '../../cli/setup/set-up.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import { publishPushes } from '../../test/helpers/records/publish-pushes.ts'
import type { Servers } from '../../test/helpers/servers/servers.ts'
import { benchConsumers, projects } from './subject.ts'

/** Topics with records that no consumer has handled yet. */
export interface Records {
  /** The environment for the subject that handles them. */
  env: Environment
  /** Deletes the records to free the disk. */
  remove(): Promise<void>
}

/**
 * Publishes pushes to topics of their own.
 *
 * @param name the prefix of the topics, the groups and the delivery ids
 * @param count how many records to publish
 */
export const openRecords = async (servers: Servers, name: string, count: number): Promise<Records> => {
  const names = createNames(`${name}.`)
  const env: Environment = {
    PATH: process.env.PATH,
    KAFKA_BROKERS: servers.kafkaBrokers,
    KAFKA_TOPIC_PREFIX: `${name}.`,
    SCHEMA_REGISTRY_URL: servers.schemaRegistryUrl,
    DATABASE_URL: servers.databaseUrl,
    AUDIT_LOG_DATABASE_URL: servers.databaseUrl,
    METRICS_HOST: '127.0.0.1',
    METRICS_PORT: '0',
  }
  await setUp(env, quietLogger(), Object.values(benchConsumers))
  const kafka = createKafka(readVariables(kafkaVariables, env), 'bench', quietLogger())
  await publishPushes({ env, kafka, names }, count, { prefix: name, projects })
  return { env, remove: () => removeTopic(kafka, names.topic('push')) }
}

const removeTopic = async (kafka: Kafka, topic: string) => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic] })
  await admin.disconnect()
}
