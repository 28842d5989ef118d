import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { groupNeeds, requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { isMissing, openOffsets, type TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { createKafkaClient } from '../clients.ts'
import { commitWhileStopped } from '../workers/commit-while-stopped.ts'
import { findWorker } from '../workers/find-worker.ts'
import { forgetHandled } from '../workers/forget-handled.ts'
import { parsePlace } from './parse-place.ts'
import { targetsOf } from './targets-of.ts'

interface SetOffsetsOptions {
  /** See {@link parsePlace}. */
  to: string
  topic?: string
  partition?: string
}

interface OffsetChange extends TopicPartition {
  /** Null if nothing was committed. */
  from: number | null
  to: number
}

/**
 * Commits other offsets for a worker that is not running. If the worker moves back, its list of handled
 * deliveries is deleted: it would skip the records on that list.
 *
 * @throws UsageError if the worker is running, or if a partition does not hold the offset. Also if only a
 * part of the partitions is selected while the group has no committed offset at all: `bridge setup` would
 * take the rest of them for new and commit their oldest offsets, and the worker would handle every record in
 * them.
 */
export const setOffsets = async (
  worker: string,
  options: SetOffsetsOptions,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): Promise<OffsetChange[]> => {
  const { name, events } = findWorker(worker, workers)
  const place = parsePlace(options.to, Date.now())
  const { kafka, names } = createKafkaClient(env, 'offsets')
  const group = names.group(name)
  const all = [...events.map(names.topic), names.retryTopic(name)]
  const topics = selectTopics(name, all, options.topic)

  await requireAccess(kafka, [...topicNeeds('Read', topics), ...groupNeeds('Read', [group])])
  const offsets = await openOffsets(kafka)
  try {
    const committed = await offsets.committed(group, all)
    const isPart = options.topic !== undefined || options.partition !== undefined
    if (isPart && committed.every(isMissing)) throw nothingCommitted(group)
    const wanted = await targetsOf(offsets, topics, place, partitionFilter(options.partition))
    if (wanted.length === 0) throw nothingSelected(name, options)
    await commitWhileStopped(offsets, group, name, wanted)

    const before = new Map(committed.map((commit) => [partitionName(commit), commit.offset]))
    const changes = wanted.map(({ topic, partition, offset }): OffsetChange => {
      const from = before.get(partitionName({ topic, partition })) ?? null
      return { topic, partition, from, to: offset }
    })
    if (changes.some(({ from, to }) => from === null || to < from)) await forgetHandled(name, env)
    return changes
  } finally {
    await offsets.close()
  }
}

export const changeText = (change: OffsetChange): string =>
  `${partitionName(change)}  ${change.from ?? 'no committed offset'} -> ${change.to}`

const selectTopics = (worker: string, all: readonly string[], topic: string | undefined) => {
  if (topic === undefined) return all
  if (all.includes(topic)) return [topic]
  throw new UsageError(`--topic: ${worker} does not read ${topic}. Use one of: ${all.join(', ')}.`)
}

const partitionFilter =
  (wanted: string | undefined) =>
  ({ partition }: TopicPartition): boolean =>
    wanted === undefined || String(partition) === wanted

const nothingCommitted = (group: string) =>
  new UsageError(
    `The group ${group} has no committed offset at all. ` +
      'First set the offsets of all its partitions: use the command without --topic and --partition.',
  )

const nothingSelected = (worker: string, { topic, partition }: SetOffsetsOptions) => {
  const which = partition === undefined ? '' : ` with a partition ${partition}`
  return new UsageError(
    `${worker} reads no existing ${topic === undefined ? 'topic' : `topic ${topic}`}${which}. ` +
      'Run `bridge setup` if topics are missing; `bridge offsets list` prints the partitions.',
  )
}
