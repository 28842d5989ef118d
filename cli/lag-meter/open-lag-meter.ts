import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { openRecordReader } from '../../lib/kafka/record-reader.ts'
import type { Names } from '../../schemas/topics.ts'
import { createLagMeter, type LagMeter, type LagMeterOptions } from './lag-meter.ts'

export interface OpenLagMeter {
  measure: LagMeter
  close(): Promise<void>
}

/**
 * Connects a lag meter for the groups of all workers, whether they are running or not.
 *
 * @param named the workers that BRIDGE_WORKERS names: they are judged also while they have never run
 */
export const openLagMeter = async (
  kafka: Kafka,
  names: Names,
  workers: readonly Consumer[],
  named: readonly string[],
  stall: Pick<LagMeterOptions, 'stallMs' | 'stalls'>,
): Promise<OpenLagMeter> => {
  const [offsets, reader] = await Promise.all([openOffsets(kafka), openRecordReader(kafka)])
  const groups = workers.map(({ name, events }) => ({
    group: names.group(name),
    topics: [...events.map(names.topic), names.retryTopic(name)],
    isNamed: named.includes(name),
  }))
  const timeOf: LagMeterOptions['timeOf'] = async (place) => (await reader.read(place))?.timestamp
  return {
    measure: createLagMeter({ offsets, timeOf, groups, ...stall }),
    close: async () => {
      await Promise.all([offsets.close(), reader.close()])
    },
  }
}
