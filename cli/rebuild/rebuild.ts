import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { groupNeeds, requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { openOffsets, type TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { createKafkaClient } from '../clients.ts'
import { requireTopics } from '../require-topics.ts'
import { commitWhileStopped } from '../workers/commit-while-stopped.ts'
import { findWorker } from '../workers/find-worker.ts'
import { forgetHandled } from '../workers/forget-handled.ts'

/**
 * Deletes what a worker made and sets it back to the first event. A worker that only adds what is missing
 * keeps what it made, and is set back to the oldest event that Kafka has.
 *
 * If the rebuild is interrupted later, the worker continues with it at its next start.
 *
 * @returns the number of partitions in which it starts again
 * @throws UsageError if the worker does not support this, if it is running, if a topic does not exist, or if
 * Kafka has deleted first events of what the worker would make again
 */
export const rebuild = async (
  name: string,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): Promise<number> => {
  const worker = findWorker(name, workers)
  if (worker.forget === undefined && worker.rebuildOnlyAdds === undefined)
    throw new UsageError(`${name} cannot be rebuilt: what this worker did cannot be deleted and done again.`)
  const { kafka, names } = createKafkaClient(env, 'rebuild')
  const topics = worker.events.map(names.topic)
  refuseMissingTopics(name, await requireTopics({ kafka, names }, topics))
  const group = names.group(name)
  await requireAccess(kafka, [...topicNeeds('Read', topics), ...groupNeeds('Read', [group])])
  const offsets = await openOffsets(kafka)
  try {
    const ends = await offsets.ends(topics)
    if (worker.rebuildOnlyAdds === undefined) refuseDeletedEvents(name, ends)
    const first = ends.map(({ topic, partition, low }) => ({ topic, partition, offset: low }))
    // The offsets come first, because the brokers accept this commit only if the worker is not running.
    await commitWhileStopped(offsets, group, name, first)
    await worker.forget?.(readVariables(worker.variables, env))
    await forgetHandled(name, env)
    return ends.length
  } finally {
    await offsets.close()
  }
}

const refuseDeletedEvents = (worker: string, ends: readonly (TopicPartition & { low: number })[]) => {
  const incomplete = ends.filter(({ low }) => low > 0).map(partitionName)
  if (incomplete.length > 0)
    throw new UsageError(
      `${worker} cannot be rebuilt: Kafka has deleted the first events of ${incomplete.join(', ')}. ` +
        'What the worker made from those events would be lost.',
    )
}

const refuseMissingTopics = (worker: string, missing: readonly string[]) => {
  if (missing.length === 0) return
  throw new UsageError(
    `${worker} cannot be rebuilt: it would miss the events of topics that do not exist: ` +
      `${missing.join(', ')}. Run \`bridge setup\`.`,
  )
}
