import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import { commitWhileEmpty, forgetHandled } from '../offsets/set-offsets.ts'
import { findWorker } from '../workers/find-worker.ts'

/**
 * Lets a worker forget what it made and sends it back to the first event.
 *
 * @returns how many partitions it begins anew in
 * @throws UsageError where the worker does not support it, runs, or where first events are gone
 */
export const rebuild = async (
  name: string,
  env: Environment,
  workers: readonly Consumer[] = consumers,
): Promise<number> => {
  const worker = findWorker(name, workers)
  if (worker.forget === undefined)
    throw new UsageError(`${name} cannot be rebuilt: what it did cannot be done again`)
  const settings = readVariables(kafkaVariables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const group = names.group(name)
  const offsets = await openOffsets(createKafka(settings, names.group('rebuild'), quietLogger()))
  try {
    const ends = await offsets.ends(worker.events.map(names.topic))
    const incomplete = ends.filter(({ low }) => low > 0)
    if (incomplete.length > 0)
      throw new UsageError(
        `${name} cannot be rebuilt: the first events are gone from ${incomplete.map(partitionName).join(', ')}, and what was made of them would be lost`,
      )
    // First the offsets: the brokers take them only while the worker does not run.
    await commitWhileEmpty(
      offsets,
      group,
      name,
      ends.map(({ topic, partition }) => ({ topic, partition, offset: 0 })),
    )
    await worker.forget(readVariables(worker.variables, env))
    await forgetHandled(name, env)
    return ends.length
  } finally {
    await offsets.close()
  }
}
