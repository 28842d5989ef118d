import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kafka } from 'kafkajs'
import { setUpTopics } from '../../../cli/setup/set-up-topics.ts'
import { topicsOf } from '../../../cli/setup/topic-list.ts'
import { topicVariables } from '../../../cli/variables/topic-variables.ts'
import { createRegistry, registryVariables } from '../../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka/client.ts'
import { catalogue, eventTypes } from '../../../schemas/catalogue.ts'
import { wireSchema } from '../../../schemas/load.ts'
import { createNames, type Names } from '../../../schemas/topics.ts'
import { bridgeEnvironment } from '../process/bridge-process.ts'
import { eventually } from '../process/eventually.ts'
import { type IngressProcess, startIngressProcess } from '../process/ingress-process.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { reportOnFailure } from '../process/report-on-failure.ts'
import { type FoundRecord, readIndependently } from '../records/read-independently.ts'

/** The secret token of every ingress that an ingress stack starts. */
export const token = 'a-secret-of-the-fault-suite'

/**
 * A cluster and a registry with names of our own on them, and ingresses that end with the tests. No database.
 */
export interface IngressStack {
  names: Names
  env: Environment
  kafka: Kafka
  /** Creates topics and schemas, as `bridge setup` does. */
  setUp(): Promise<void>
  start(env?: Environment): Promise<IngressProcess>
  /** A folder that is removed by `close`. */
  folder(): Promise<string>
  /** Every record that the topics hold now, found without any reader of ours. */
  read(topics: readonly string[]): Promise<FoundRecord[]>
  /** Stops the ingresses and removes their data. */
  close(): Promise<void>
}

/** Opens a stack on servers that the caller has started, and that the caller may kill and freeze. */
export const openIngressStack = async (
  kafkaBrokers: string,
  schemaRegistryUrl: string,
): Promise<IngressStack> => {
  reportOnFailure()
  const cleanUps: (() => Promise<unknown>)[] = []
  const folder = async () => {
    const path = await mkdtemp(join(tmpdir(), 'bridge-test-'))
    cleanUps.push(() => rm(path, { recursive: true, force: true }))
    return path
  }
  const dataDir = await folder()
  const prefix = `faults-${randomBytes(3).toString('hex')}.`
  const env: Environment = {
    ...bridgeEnvironment(dataDir),
    KAFKA_BROKERS: kafkaBrokers,
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_TOPIC_PARTITIONS: '2',
    SCHEMA_REGISTRY_URL: schemaRegistryUrl,
    INGRESS_SECRET_TOKENS: token,
    INGRESS_DRAIN_SECONDS: '1',
  }
  const names = createNames(prefix)
  const kafka = createKafka(readVariables(kafkaVariables, env), 'test', recordingLogger().logger)

  return {
    names,
    env,
    folder,
    kafka,
    setUp: async () => {
      const topics = readVariables(topicVariables, env)
      await setUpTopics(kafka, topics, topicsOf(topics, names, []))
      const registry = createRegistry(readVariables(registryVariables, env), 'test')
      for (const event of eventTypes) {
        const subject = names.subject(names.topic(event))
        // On a busy machine a registry that has just started needs longer than one request may take.
        await eventually(() => registry.register(subject, wireSchema(catalogue[event].schema)))
      }
    },
    start: async (overrides = {}) => {
      const ingress = await startIngressProcess({ ...env, ...overrides }, dataDir)
      cleanUps.push(() => ingress.stop(15_000))
      return ingress
    },
    read: (topics) => readIndependently(kafkaBrokers, schemaRegistryUrl, topics),
    close: async () => {
      for (const cleanUp of cleanUps.reverse()) await cleanUp()
    },
  }
}
