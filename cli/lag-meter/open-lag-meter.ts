import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { readFirstStarts } from '../../consumers/runtime/beginning/worker-starts.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { openRecordReader } from '../../lib/kafka/record-reader.ts'
import type { Names } from '../../schemas/topics.ts'
import { createLagMeter, type Judged, type LagMeter, type LagMeterOptions } from './lag-meter.ts'

export interface OpenLagMeter {
  measure: LagMeter
  close(): Promise<void>
}

/**
 * Connects a lag meter for the groups of all workers, whether they are running or not.
 *
 * @param named the workers that BRIDGE_WORKERS names; undefined if it is not set
 */
export const openLagMeter = async (
  kafka: Kafka,
  names: Names,
  workers: readonly Consumer[],
  named: readonly string[] | undefined,
  stall: Pick<LagMeterOptions, 'stallMs' | 'stalls'>,
): Promise<OpenLagMeter> => {
  const [offsets, reader, firstStarts] = await Promise.all([
    openOffsets(kafka),
    openRecordReader(kafka),
    readFirstStarts(kafka, names.workerStartsTopic),
  ])
  const judgedOf = (worker: string): Judged => {
    if (named === undefined) return firstStarts.has(worker) ? 'always' : 'once it has a member'
    return named.includes(worker) ? 'always' : 'while it exists'
  }
  const groups = workers.map(({ name, events }) => ({
    group: names.group(name),
    topics: [...events.map(names.topic), names.retryTopic(name)],
    judged: judgedOf(name),
  }))
  const timeOf: LagMeterOptions['timeOf'] = async (place) => (await reader.read(place))?.timestamp
  return {
    measure: createLagMeter({ offsets, timeOf, groups, ...stall }),
    close: async () => {
      await Promise.all([offsets.close(), reader.close()])
    },
  }
}
