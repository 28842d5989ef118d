import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { alterSettings } from './alter-settings.ts'
import type { TopicPlan } from './plan-topics.ts'
import type { Topic } from './topic-list.ts'
import { minInSyncOf } from './topic-shape.ts'

/** How long brokers may take to create topics and to elect their leaders, in milliseconds. */
const createLimitMs = 20_000

/**
 * Creates the topics that are missing, and changes the settings of those that exist, as the plan says.
 *
 * @param replicas of each new topic
 * @throws an error with the `errors` of the topics that were refused; any other error of a broker
 */
export const applyPlan = async (
  admin: Admin,
  { missing, configs }: Pick<TopicPlan, 'missing' | 'configs'>,
  replicas: number,
): Promise<void> => {
  await createMissing(admin, missing, replicas)
  await alterSettings(admin, configs)
}

const createMissing = async (admin: Admin, topics: readonly Topic[], replicationFactor: number) => {
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
    admin,
    topics.map(({ topic }) => topic),
  )
}

const waitForLeaders = async (admin: Admin, topics: readonly string[]) => {
  for (const deadline = Date.now() + createLimitMs; Date.now() < deadline; await sleep(100)) {
    const { topics: known } = await admin.fetchTopicMetadata()
    const ready = known.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
    const names = new Set(ready.map(({ name }) => name))
    if (topics.every((topic) => names.has(topic))) return
  }
  throw new Error(`some topics have no leader after ${createLimitMs / 1000} s`)
}

const withMinInSync = (config: Topic['config'], replicas: number): Topic['config'] =>
  minInSyncOf(replicas) > 1 ? { ...config, 'min.insync.replicas': String(minInSyncOf(replicas)) } : config

const entriesOf = (config: Topic['config']) =>
  Object.entries(config).map(([name, value]) => ({ name, value }))
