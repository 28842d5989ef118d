import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { openOffsets, type TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createNames } from '../../schemas/topics.ts'
import { findWorker } from '../workers/find-worker.ts'

interface OffsetRow extends TopicPartition {
  group: string
  /** The next to be handled; null where nothing is committed. */
  committed: number | null
  low: number
  high: number
}

/** Every partition of the worker, or of all. */
export async function* listOffsets(worker: string | undefined, env: Environment): AsyncGenerator<OffsetRow> {
  const settings = readVariables(kafkaVariables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const offsets = await openOffsets(createKafka(settings, names.group('offsets'), quietLogger()))
  try {
    for (const { name, events } of worker === undefined ? consumers : [findWorker(worker)]) {
      const topics = [...events.map(names.topic), names.retryTopic(name)]
      const ends = new Map((await offsets.ends(topics)).map((end) => [partitionName(end), end]))
      for (const { topic, partition, offset } of await offsets.committed(names.group(name), topics)) {
        const { low = 0, high = 0 } = ends.get(partitionName({ topic, partition })) ?? {}
        yield { group: names.group(name), topic, partition, committed: offset ?? null, low, high }
      }
    }
  } finally {
    await offsets.close()
  }
}
