import { UsageError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Topic, TopicSettings } from './topic-list.ts'
import type { ClusterState } from './topic-state.ts'

/** The number of replicas that new topics get. */
export const replicasOf = (
  { KAFKA_REPLICATION_FACTOR }: Pick<TopicSettings, 'KAFKA_REPLICATION_FACTOR'>,
  { brokers }: Pick<ClusterState, 'brokers'>,
): number => KAFKA_REPLICATION_FACTOR ?? Math.min(3, brokers)

/** With three replicas, at least two of them must have a record before it is acknowledged. */
export const minInSyncOf = (replicas: number): number => (replicas >= 3 ? 2 : 1)

/** Existing topics whose number of partitions is not the wanted one, as text; undefined if there are none. */
const wrongPartitions = ({ topics }: ClusterState, wanted: readonly Topic[]): string | undefined => {
  const different = wanted.flatMap(({ topic, numPartitions }) => {
    const { partitions } = topics.get(topic) ?? { partitions: numPartitions }
    return partitions === numPartitions ? [] : [{ topic, partitions, numPartitions }]
  })
  const groups = Map.groupBy(
    different,
    ({ partitions, numPartitions }) => `${partitions} instead of ${numPartitions}`,
  )
  const texts = [...groups].map(([numbers, group]) => {
    const names = group.map(({ topic }) => topic).sort()
    return `${numbers} partitions: ${names.join(', ')}`
  })
  return texts.length === 0 ? undefined : texts.join('; ')
}

/**
 * The same projects are in partition n of every topic only if all topics have the same number of partitions.
 * The settings decide this number, never a topic that exists already: it may have been created by mistake.
 *
 * @returns a sentence that names the topics with another number; undefined if there are none
 */
export const partitionsProblem = (state: ClusterState, wanted: readonly Topic[]): string | undefined => {
  const different = wrongPartitions(state, wanted)
  return (
    different &&
    `Existing topics have another number of partitions than the settings say. ${different}. ` +
      'Different processes of a worker would handle the events of one project.'
  )
}

/** @param problem see {@link partitionsProblem} */
export const refusedPartitions = (problem: string): UsageError =>
  new UsageError(
    `${problem} Setup has changed nothing. ` +
      'If most topics have the same number, set KAFKA_TOPIC_PARTITIONS to that number. ' +
      'If a topic was created by mistake and is empty, delete it. ' +
      'To keep the topics as they are, run `bridge setup --keep-partitions`. ' +
      'See docs/runbooks/partitions-differ.md.',
  )

/** Warns of existing topics that may lose records that were acknowledged. */
export const warnOfFewReplicas = (
  { topics }: ClusterState,
  wanted: readonly Topic[],
  replicas: number,
  logger: Logger,
): void => {
  for (const { topic } of wanted) {
    const state = topics.get(topic)
    if (state === undefined) continue
    if (state.replicas < replicas)
      logger.warn(
        'a topic has fewer replicas than wanted, so acknowledged records may be lost with a broker: ' +
          'add replicas with kafka-reassign-partitions.sh',
        { topic, replicas: state.replicas, wanted: replicas },
      )
    const minInSync = Number(state.settings['min.insync.replicas']?.value ?? 1)
    if (minInSync < minInSyncOf(state.replicas))
      logger.warn(
        'a record of this topic is acknowledged when a single replica has it: ' +
          'set min.insync.replicas with kafka-configs.sh',
        { topic, min_insync_replicas: minInSync, wanted: minInSyncOf(state.replicas) },
      )
  }
}
