import type { Producer } from 'kafkajs'
import { UsageError } from '../../lib/errors.ts'
import { isMissing } from '../../lib/kafka/offsets.ts'
import { begin } from './beginning/begin.ts'
import type { From } from './beginning/decide-beginning.ts'
import { timeReader } from './beginning/places.ts'
import { readFirstStarts, writeFirstStart } from './beginning/worker-starts.ts'
import { maxAgeMsOf } from './max-age.ts'
import type { WorkerResources } from './worker-resources.ts'

/**
 * Commits the offsets at which the worker begins, where it has none, and writes down its first start.
 *
 * The offsets come first: if the process ends in between, the next one finds the offsets and continues there.
 *
 * @param topics all topics of the worker
 * @param from the value of `--from`
 * @throws UsageError if the worker has no offsets and the topic of first starts does not exist
 */
export const beginWorker = async (
  resources: WorkerResources,
  producer: Pick<Producer, 'send'>,
  topics: readonly string[],
  from: From | undefined,
): Promise<void> => {
  const { consumer, settings, names, group, kafka, offsets, logger } = resources
  const worker = consumer.name
  const startsTopic = names.workerStartsTopic
  if ((await offsets.existing([startsTopic])).length === 0) {
    if ((await offsets.committed(group, topics)).every(isMissing)) throw noStartsTopic(startsTopic)
    logger.warn('the first start of the worker cannot be written down: run `bridge setup`', {
      topic: startsTopic,
    })
    return
  }
  const firstStart = (await readFirstStarts(kafka, startsTopic)).get(worker)
  const now = Date.now()
  const timeOf = timeReader(kafka)
  const { begins } = consumer
  const maxAgeMs = maxAgeMsOf(consumer, settings) ?? 0
  const common = { worker, group, topics, offsets, logger }
  await begin({ ...common, begins, maxAgeMs, from, timeOf, firstStart, now })
  // A group that has lost its offsets and waits for an operator must not look as if it had started now.
  if (firstStart === undefined) await writeFirstStart(producer, startsTopic, worker, now)
}

const noStartsTopic = (topic: string) =>
  new UsageError(
    `The topic ${topic} does not exist, so it is not known whether this worker has ever started: ` +
      'run `bridge setup`, which creates it.',
  )
