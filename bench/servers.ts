import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { setUp } from '../cli/setup/set-up.ts'
import { type Environment, readVariables } from '../lib/config.ts'
import { createKafka, kafkaVariables } from '../lib/kafka/client.ts'
import { createLogger } from '../lib/logger.ts'
import { cacheFolder } from '../local/artifacts.ts'
import { startLocalStack } from '../local/stack.ts'
import { createNames } from '../schemas/topics.ts'

/**
 * A real Kafka broker and a real schema registry with the topics of production, on free ports of 127.0.0.1.
 */
export interface Servers {
  /** The environment for our own processes. */
  env: Environment
  /** A folder that is removed with the servers. */
  dataDir: string
  kafkaBrokers: string
  /** Deletes all published records, so that the disk holds the records of one round at most. */
  empty(): Promise<void>
  stop(): Promise<void>
}

/** The topics of the other receivers. They have as many partitions and allow as large records as ours. */
export const peerTopics = ['bench.express', 'bench.flask'] as const

const partitions = 6

export const startServers = async (processEnv: Environment): Promise<Servers> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-bench-'))
  const stack = await startLocalStack({
    dataDir,
    cacheDir: cacheFolder(processEnv),
    env: processEnv,
    servers: ['kafka', 'registry'],
  })
  const stop = async () => {
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const env: Environment = {
      PATH: processEnv.PATH,
      KAFKA_BROKERS: stack.kafkaBrokers,
      KAFKA_TOPIC_PARTITIONS: String(partitions),
      SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl,
    }
    const logger = createLogger('bench', { LOG_LEVEL: 'error', LOG_FORMAT: 'text' })
    await setUp(env, logger)
    const kafka = createKafka(readVariables(kafkaVariables, env), 'bench', logger)
    const topics = [...peerTopics, createNames('').topic('push')]
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: peerTopics.map((topic) => ({ topic, numPartitions: partitions })) })
    await admin.alterConfigs({
      validateOnly: false,
      resources: topics.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configEntries: [
          { name: 'max.message.bytes', value: String(32 * 1024 * 1024) },
          { name: 'file.delete.delay.ms', value: '1000' },
        ],
      })),
    })
    return {
      env,
      dataDir,
      kafkaBrokers: stack.kafkaBrokers,
      empty: async () => {
        for (const topic of topics) {
          const offsets = await admin.fetchTopicOffsets(topic)
          await admin.deleteTopicRecords({
            topic,
            partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
          })
        }
      },
      stop: async () => {
        await admin.disconnect()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
