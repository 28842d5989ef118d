import { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { type Logger, quietLogger } from '../../lib/logger.ts'
import { catalogue, eventTypes } from '../../schemas/catalogue.ts'
import { wireSchema } from '../../schemas/load.ts'
import { createNames } from '../../schemas/topics.ts'
import { databaseVariables } from '../variables/database-variables.ts'
import { topicVariables } from '../variables/topic-variables.ts'
import { choosePartitions } from './choose-partitions.ts'
import { migrateDatabase } from './database.ts'
import { commitFirstOffsets } from './first-offsets.ts'
import { createTopics, retryTopicsOf, topicsOf } from './topics.ts'

const setupVariables = z.object({
  ...kafkaVariables.shape,
  ...registryVariables.shape,
  ...topicVariables.shape,
  ...databaseVariables.shape,
})

/**
 * Brings the cluster, the registry and the database to where this version needs them.
 *
 * @throws ConfigError, RetriableError where something does not answer, PermanentError where a schema is refused
 */
export const setUp = async (
  env: Environment,
  logger: Logger,
  workers: readonly Consumer[] = consumers,
): Promise<void> => {
  const settings = readVariables(setupVariables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)

  const kafka = createKafka(settings, names.group('setup'), logger)
  const alike = [...eventTypes.map(names.topic), ...workers.map(({ name }) => names.retryTopic(name))]
  const KAFKA_TOPIC_PARTITIONS = await choosePartitions(kafka, settings.KAFKA_TOPIC_PARTITIONS, alike, logger)
  const topics = { ...settings, KAFKA_TOPIC_PARTITIONS }
  logger.info('topics', await createTopics(kafka, topics, topicsOf(topics, names, workers)))
  // A worker is new until its retry topic is there: what fails in between is done again by the next setup.
  // What is lost is told once, below.
  logger.info('first offsets', await commitFirstOffsets(kafka, names, workers, quietLogger()))
  logger.info('retry topics', await createTopics(kafka, topics, retryTopicsOf(topics, names, workers)))
  logger.info('first offsets', await commitFirstOffsets(kafka, names, workers, logger))

  const registry = createRegistry(settings, names.group('setup'))
  for (const event of eventTypes)
    await registry.register(names.subject(names.topic(event)), wireSchema(catalogue[event].schema))
  logger.info('schemas registered', { subjects: eventTypes.length })

  const { DATABASE_URL, AUDIT_LOG_DATABASE_URL } = settings
  if (DATABASE_URL === undefined) return void logger.warn('DATABASE_URL is not set: no tables, no audit log')
  const migrations = await migrateDatabase(DATABASE_URL, AUDIT_LOG_DATABASE_URL ?? DATABASE_URL)
  logger.info('database migrated', { migrations })
}
