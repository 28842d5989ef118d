import { setTimeout as sleep } from 'node:timers/promises'
import { describeTopics } from '../../lib/kafka/describe-topics.ts'
import { alterSettings } from './alter-settings.ts'
import type { TopicPlan } from './plan-topics.ts'
import type { Topic } from './topic-list.ts'
import { minInSyncOf } from './topic-shape.ts'
import type { SetupClients } from './topic-state.ts'

/** How long brokers may take to create topics and to elect their leaders, in milliseconds. */
const createLimitMs = 20_000

/**
 * Creates the topics that are missing, and changes the settings of those that exist, as the plan says.
 *
 * @param replicas of each new topic
 * @throws an error with the `errors` of the topics that were refused; any other error of a broker
 */
export const applyPlan = async (
  clients: SetupClients,
  { missing, configs }: Pick<TopicPlan, 'missing' | 'configs'>,
  replicas: number,
): Promise<void> => {
  await createMissing(clients, missing, replicas)
  await alterSettings(clients.admin, configs)
}

const createMissing = async (
  { admin, cluster }: SetupClients,
  topics: readonly Topic[],
  replicationFactor: number,
) => {
  if (topics.length === 0) return
  await admin.createTopics({
    // The client's own wait ends with an error if a broker does not know a new topic yet.
    waitForLeaders: false,
    timeout: createLimitMs,
    topics: topics.map(({ topic, numPartitions, config }) => ({
      topic,
      numPartitions,
      replicationFactor,
      configEntries: entriesOf(withMinInSync(config, replicationFactor)),
    })),
  })
  await waitForLeaders(
    cluster,
    topics.map(({ topic }) => topic),
  )
}

const waitForLeaders = async (cluster: SetupClients['cluster'], topics: readonly string[]) => {
  for (const deadline = Date.now() + createLimitMs; Date.now() < deadline; await sleep(100)) {
    const known = await describeTopics(cluster, topics)
    const isReady = (topic: string) => known.get(topic)?.partitions.every(({ leader }) => leader >= 0)
    if (topics.every(isReady)) return
  }
  throw new Error(`some topics have no leader after ${createLimitMs / 1000} s`)
}

const withMinInSync = (config: Topic['config'], replicas: number): Topic['config'] =>
  minInSyncOf(replicas) > 1 ? { ...config, 'min.insync.replicas': String(minInSyncOf(replicas)) } : config

const entriesOf = (config: Topic['config']) =>
  Object.entries(config).map(([name, value]) => ({ name, value }))
