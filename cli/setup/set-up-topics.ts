import type { Kafka } from 'kafkajs'
import { ConfigError, messageOf, RetriableError, UsageError } from '../../lib/errors.ts'
import { groupNeeds, requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { createKafkajsCluster } from '../../lib/kafka/cluster.ts'
import { refusedLogin, requireConnection } from '../../lib/kafka/require-connection.ts'
import type { Logger } from '../../lib/logger.ts'
import { applyPlan } from './create-topics.ts'
import { type DifferencePolicy, planTopics, type SettingDifference, type TopicPlan } from './plan-topics.ts'
import { refusedPlan } from './refused-plan.ts'
import type { SetupOptions } from './setup-options.ts'
import type { Topic, TopicSettings } from './topic-list.ts'
import { partitionsProblem, refusedPartitions, replicasOf, warnOfFewReplicas } from './topic-shape.ts'
import { readClusterState, type SetupClients } from './topic-state.ts'

/**
 * Compares the topics that exist with the settings, logs every difference, and changes nothing.
 *
 * @param groups the groups for which setup commits offsets
 * @throws UsageError if an existing topic has another number of partitions, unless the options accept it;
 *   RetriableError if Kafka cannot be reached
 */
export const checkTopics = (
  kafka: Kafka,
  settings: TopicSettings,
  topics: readonly Topic[],
  groups: readonly string[],
  options: SetupOptions,
  logger: Logger,
): Promise<void> =>
  withClients(kafka, async (clients) => {
    const names = topics.map(({ topic }) => topic)
    const operations = ['Describe', 'DescribeConfigs', 'Read'] as const
    await requireAccess(kafka, [
      ...operations.flatMap((operation) => topicNeeds(operation, names)),
      ...groupNeeds('Read', groups),
    ])
    const state = await readClusterState(clients, names)
    reportPlan(planTopics(state, topics, policyOf(options)), options, logger)
    warnOfFewReplicas(state, topics, replicasOf(settings, state), logger)
    const problem = partitionsProblem(state, topics)
    if (problem === undefined) return
    if (options.keepPartitions !== true && options.force !== true) throw refusedPartitions(problem)
    logger.warn(`${problem} See docs/runbooks/partitions-differ.md.`)
  })

/**
 * Creates the topics that are missing, and changes settings of those that exist.
 *
 * @returns numbers of topics
 * @throws RetriableError
 */
export const setUpTopics = (
  kafka: Kafka,
  settings: TopicSettings,
  topics: readonly Topic[],
  options: SetupOptions = {},
): Promise<{ created: number; changed: number; kept: number }> =>
  withClients(kafka, async (clients) => {
    const state = await readClusterState(
      clients,
      topics.map(({ topic }) => topic),
    )
    const plan = planTopics(state, topics, policyOf(options))
    await applyPlan(clients, plan, replicasOf(settings, state)).catch((error) => {
      throw refusedPlan(kafka, error) ?? error
    })
    const [created, changed] = [plan.missing.length, plan.configs.size]
    return { created, changed, kept: topics.length - created - changed }
  })

const policyOf = ({ force }: SetupOptions): DifferencePolicy => (force ? 'overwrite' : 'keep')

const reportPlan = ({ missing, changes, kept }: TopicPlan, { check }: SetupOptions, logger: Logger) => {
  if (check)
    for (const { topic, numPartitions } of missing)
      logger.info('setup would create a topic', { topic, partitions: numPartitions })
  const changing = check ? 'setup would change a setting of a topic' : 'setup changes a setting of a topic'
  for (const change of changes) logger.info(changing, fieldsOf(change))
  for (const difference of kept)
    logger.warn(
      'a setting of a topic is not the wanted one, and setup keeps it: `bridge setup --force` changes it',
      fieldsOf(difference),
    )
}

const fieldsOf = ({ topic, setting, oldValue, newValue }: SettingDifference) => ({
  topic,
  setting,
  old_value: oldValue,
  new_value: newValue,
})

const withClients = async <T>(kafka: Kafka, action: (clients: SetupClients) => Promise<T>): Promise<T> => {
  const [admin, cluster] = [kafka.admin(), createKafkajsCluster(kafka)]
  try {
    await requireConnection(kafka)
    await Promise.all([admin.connect(), cluster.connect()])
    return await action({ admin, cluster })
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigError) throw error
    const refused = refusedLogin(error)
    if (refused !== undefined) throw refused
    throw new RetriableError(`The topics could not be set up: ${messageOf(error)}`, { cause: error })
  } finally {
    await Promise.all([admin.disconnect(), cluster.disconnect()])
  }
}
