import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KafkaCluster, startKafkaCluster } from './kafka-cluster.ts'
import { testCacheFolder } from './test-cache-folder.ts'

export interface TemporaryCluster extends KafkaCluster {
  /** Stops the nodes and removes their data. */
  remove(): Promise<void>
}

/** Starts a Kafka cluster of several nodes, with its data in a temporary folder. */
export const startTemporaryCluster = async (nodes: number): Promise<TemporaryCluster> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-cluster-'))
  const cluster = await startKafkaCluster({
    dataDir,
    cacheDir: await testCacheFolder(),
    env: process.env,
    nodes,
  })
  return {
    ...cluster,
    remove: async () => {
      await cluster.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
