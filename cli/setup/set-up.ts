import type { Kafka } from 'kafkajs'
import { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import type { Logger } from '../../lib/logger.ts'
import { catalogue, eventTypes } from '../../schemas/catalogue.ts'
import { wireSchema } from '../../schemas/load.ts'
import { createNames, type Names } from '../../schemas/topics.ts'
import { type DatabaseUser, databaseUsersOf, databaseVariablesOf } from '../variables/database-variables.ts'
import { topicVariables } from '../variables/topic-variables.ts'
import { migrateDatabase } from './database/migrate-database.ts'
import { commitFirstOffsets } from './first-offsets.ts'
import { checkTopics, setUpTopics } from './set-up-topics.ts'
import type { SetupOptions } from './setup-options.ts'
import { topicsOf } from './topic-list.ts'

const setupVariablesOf = (workers: readonly Consumer[]) =>
  z.object({
    ...kafkaVariables.shape,
    ...registryVariables.shape,
    ...topicVariables.shape,
    ...databaseVariablesOf(workers).shape,
  })
type SetupSettings = z.output<ReturnType<typeof setupVariablesOf>>

/**
 * Creates or changes everything that this version needs in Kafka, in the registry and in the database. It can
 * run again at any time.
 *
 * @throws ConfigError; RetriableError if a server cannot be reached; PermanentError if the registry refuses a
 * schema
 */
export const setUp = async (
  env: Environment,
  logger: Logger,
  workers: readonly Consumer[] = consumers,
  options: SetupOptions = {},
): Promise<void> => {
  const settings = readVariables(setupVariablesOf(workers), env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const kafka = createKafka(settings, names.group('setup'), logger)
  const topics = topicsOf(settings, names, workers)
  const groups = workers.map(({ name }) => names.group(name))
  await checkTopics(kafka, settings, topics, groups, options, logger)
  if (options.check) return
  await setUpKafka(kafka, settings, names, workers, options, logger)
  await registerSchemas(settings, names, logger)
  await setUpDatabase(settings.DATABASE_URL, databaseUsersOf(workers, env), logger)
}

const setUpKafka = async (
  kafka: Kafka,
  settings: SetupSettings,
  names: Names,
  workers: readonly Consumer[],
  options: SetupOptions,
  logger: Logger,
) => {
  const topics = topicsOf(settings, names, workers)
  logger.info('the topics are set up', await setUpTopics(kafka, settings, topics, options))
  const first = await commitFirstOffsets(kafka, names, workers, logger)
  logger.info('the first offsets are committed', { ...first })
}

const registerSchemas = async (settings: SetupSettings, names: Names, logger: Logger) => {
  const registry = createRegistry(settings, names.group('setup'))
  for (const event of eventTypes)
    await registry.register(names.subject(names.topic(event)), wireSchema(catalogue[event].schema))
  logger.info('the schemas are registered', { subjects: eventTypes.length })
}

const setUpDatabase = async (
  ownerUrl: string | undefined,
  users: readonly DatabaseUser[],
  logger: Logger,
) => {
  if (ownerUrl === undefined) {
    logger.warn('DATABASE_URL is not set: no tables were created, and there is no audit log')
    return
  }
  const migrations = await migrateDatabase(ownerUrl, users, logger)
  logger.info('the database is migrated', { migrations })
}
