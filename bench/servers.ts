import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setUp } from '../cli/setup/set-up.ts'
import { type Environment, readVariables } from '../lib/config.ts'
import { createKafka, kafkaVariables } from '../lib/kafka/client.ts'
import { createLogger } from '../lib/logger.ts'
import { cacheFolder } from '../local/artifacts.ts'
import { startLocalStack } from '../local/stack.ts'
import { baselinePrefix, setUpBaseline } from './baseline.ts'
import { openTopics, partitions } from './topics.ts'

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

/** @param baseline the folder of another checkout of this project, which gets topics of its own */
export const startServers = async (
  processEnv: Environment,
  baseline: string | undefined,
): Promise<Servers> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-bench-'))
  const stack = await startLocalStack({
    dataDir,
    cacheDir: cacheFolder(processEnv),
    env: processEnv,
    servers: ['kafka', 'registry'],
    compilation: 'thorough',
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
    if (baseline !== undefined) await setUpBaseline(baseline, { ...env, BRIDGE_DATA_DIR: dataDir })
    const kafka = createKafka(readVariables(kafkaVariables, env), 'bench', logger)
    const topics = await openTopics(kafka, baseline === undefined ? [''] : ['', baselinePrefix])
    return {
      env,
      dataDir,
      kafkaBrokers: stack.kafkaBrokers,
      empty: topics.empty,
      stop: async () => {
        await topics.close()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
