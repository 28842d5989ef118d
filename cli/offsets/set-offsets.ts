import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { forgetHandledDeliveries, handledFolder } from '../../consumers/runtime/handled-deliveries.ts'
import { workerVariables } from '../../consumers/runtime/worker-variables.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { isMissing, type Offsets, openOffsets, type TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import { findWorker } from '../workers/find-worker.ts'
import { type Place, parsePlace } from './place.ts'

export interface SetOffsetsOptions {
  to: string
  topic?: string
  partition?: string
}

interface OffsetChange extends TopicPartition {
  from: number | null
  to: number
}

/**
 * Commits another offset for a worker that does not run. Where it is sent back, what it remembers of handled deliveries is forgotten:
 * it would skip them.
 *
 * @throws UsageError while the worker runs, where the place is outside of what a partition holds, and for a part of a group that has
 * no offset at all: `bridge setup` would take the rest for new, and have it handled from the oldest record on
 */
export const setOffsets = async (
  worker: string,
  options: SetOffsetsOptions,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): Promise<OffsetChange[]> => {
  const { name, events } = findWorker(worker, workers)
  const place = parsePlace(options.to, Date.now())
  const settings = readVariables(kafkaVariables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const group = names.group(name)
  const all = [...events.map(names.topic), names.retryTopic(name)]
  const topics = options.topic === undefined ? all : all.filter((topic) => topic === options.topic)
  if (topics.length === 0)
    throw new UsageError(`${name} does not read ${options.topic}; it reads ${all.join(', ')}`)

  const offsets = await openOffsets(createKafka(settings, names.group('offsets'), quietLogger()))
  try {
    const committed = await offsets.committed(group, all)
    const isPart = options.topic !== undefined || options.partition !== undefined
    if (isPart && committed.every(isMissing))
      throw new UsageError(
        `${group} has no committed offset at all: set all of them first, without --topic and --partition`,
      )
    const before = new Map(committed.map((commit) => [partitionName(commit), commit.offset]))
    const isMeant = ({ partition }: TopicPartition) =>
      options.partition === undefined || String(partition) === options.partition
    const wanted = await targetsOf(offsets, topics, place, isMeant)
    const which = options.partition === undefined ? '' : ` with a partition ${options.partition}`
    if (wanted.length === 0)
      throw new UsageError(`${name} reads no ${options.topic ?? 'topic'}${which} that exists`)
    await commitWhileEmpty(offsets, group, name, wanted)
    const changes = wanted.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      from: before.get(partitionName({ topic, partition })) ?? null,
      to: offset,
    }))
    if (changes.some(({ from, to }) => from === null || to < from)) await forgetHandled(name, env)
    return changes
  } finally {
    await offsets.close()
  }
}

/** For a worker that does not run; of its processes, the one that keeps its data where `env` says. */
export const forgetHandled = (worker: string, env: Environment): Promise<void> =>
  forgetHandledDeliveries(handledFolder(readVariables(workerVariables, env).BRIDGE_DATA_DIR, worker))

/** @throws UsageError while the group has members: the brokers refuse it, and they alone know for sure */
export const commitWhileEmpty = async (
  offsets: Offsets,
  group: string,
  worker: string,
  wanted: readonly (TopicPartition & { offset: number })[],
): Promise<void> => {
  try {
    await offsets.commit(group, wanted)
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'UNKNOWN_MEMBER_ID') throw error
    throw new UsageError(`${worker} is running (${await offsets.members(group)} in ${group}): stop it first`)
  }
}

const targetsOf = async (
  offsets: Offsets,
  topics: readonly string[],
  place: Place,
  isMeant: (where: TopicPartition) => boolean,
) => {
  if (place.kind === 'time') return (await offsets.at(topics, place.time)).filter(isMeant)
  const ends = (await offsets.ends(topics)).filter(isMeant)
  return ends.map(({ topic, partition, low, high }) => {
    if (place.kind === 'beginning') return { topic, partition, offset: low }
    if (place.kind === 'end') return { topic, partition, offset: high }
    if (place.offset < low || place.offset > high)
      throw new UsageError(
        `${topic}/${partition} holds offsets ${low} to ${high}, not ${place.offset}: name one partition with --topic and --partition`,
      )
    return { topic, partition, offset: place.offset }
  })
}
