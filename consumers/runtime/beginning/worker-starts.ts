import type { Kafka, Producer } from 'kafkajs'
import { readLog } from '../../../lib/kafka/log-reader.ts'

/** When each worker started for the first time: name of the worker → milliseconds since 1970. */
export type FirstStarts = ReadonlyMap<string, number>

/**
 * Reads the first start of every worker. A worker that is not in the result has never started.
 *
 * @param topic the topic of first starts. If it does not exist, the result is empty
 */
export const readFirstStarts = async (kafka: Kafka, topic: string): Promise<FirstStarts> => {
  const starts = new Map<string, number>()
  for await (const { key, value } of readLog(kafka, { topics: [topic], from: 'beginning', to: 'now' })) {
    const start = timeIn(value)
    // Two processes of a worker may write its first start at the same time. The earlier record counts.
    if (key !== null && start !== undefined && !starts.has(key)) starts.set(key, start)
  }
  return starts
}

/** Undefined for a record that another program wrote: it must not keep every worker from starting. */
const timeIn = (value: Buffer | null): number | undefined => {
  try {
    const start = JSON.parse(String(value)) as { first_start?: string } | null
    const time = Date.parse(String(start?.first_start))
    return Number.isNaN(time) ? undefined : time
  } catch {
    return undefined
  }
}

/**
 * Writes down that a worker has started. Resolves once the brokers have stored it.
 *
 * @param time milliseconds since 1970
 */
export const writeFirstStart = async (
  producer: Pick<Producer, 'send'>,
  topic: string,
  worker: string,
  time: number,
): Promise<void> => {
  const value = JSON.stringify({ first_start: new Date(time).toISOString() })
  await producer.send({ topic, acks: -1, messages: [{ key: worker, value }] })
}
