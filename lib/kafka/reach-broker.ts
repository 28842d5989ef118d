import type { KafkajsCluster } from './cluster.ts'
import { describeCluster } from './describe-topics.ts'

/**
 * Resolves when any broker answers. All are asked at the same time: one that is dead or frozen says nothing
 * about the others, and its answer must not be awaited.
 *
 * @throws Error if none answers
 */
export const reachBroker = async (cluster: KafkajsCluster): Promise<void> => {
  const { brokerPool } = cluster
  const ask = async (nodeId: string) => (await brokerPool.findBroker({ nodeId })).apiVersions()
  try {
    await Promise.any(brokerPool.getNodeIds().map(ask))
  } catch {
    // The brokers may have other addresses now.
    await describeCluster(cluster)
  }
}
