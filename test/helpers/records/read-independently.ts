import { randomBytes } from 'node:crypto'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Kafka, logLevel } from 'kafkajs'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { eventually } from '../process/eventually.ts'
import { markerOf } from './marked-body.ts'

/** A record as an independent reader finds it. */
export interface FoundRecord {
  topic: string
  partition: number
  offset: number
  /** From our header. */
  id: string
  /** From the record. */
  deliveryId: string
  /** From the body that the sender wrote. */
  marker: string
}

/**
 * Reads every record that the topics hold at this moment.
 * It uses kafkajs' public consumer and the registry client's
 * own decoder: a mistake in our reader cannot hide a mistake in our writer.
 */
export const readIndependently = async (
  brokers: string,
  registryUrl: string,
  topics: readonly string[],
): Promise<FoundRecord[]> => {
  const kafka = new Kafka({
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 10 },
  })
  const remaining = await readEnds(kafka, topics)
  const found: FoundRecord[] = []
  if (remaining.size === 0) return found

  const registry = new SchemaRegistry({ host: registryUrl })
  const groupId = `reader-${randomBytes(6).toString('hex')}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { topic, partition, messages } }) => {
      const name = partitionName({ topic, partition })
      try {
        for (const { offset, value, headers } of messages) {
          const record = (await registry.decode(value ?? Buffer.alloc(0))) as DecodedRecord
          found.push({
            topic,
            partition,
            offset: Number(offset),
            id: String(headers?.ce_id),
            deliveryId: record.delivery.id,
            marker: markerOf(record.raw),
          })
          if (Number(offset) + 1 >= (remaining.get(name) ?? 0)) remaining.delete(name)
        }
      } catch (error) {
        reject(error)
      }
      if (remaining.size === 0) resolve()
    },
  })
  await done
  await consumer.disconnect()
  return found
}

interface DecodedRecord {
  delivery: { id: string }
  raw: Buffer
}

/**
 * The end of each partition that holds records, by the name of the partition. Only our own reader of ends
 * asks the present leaders: the client believes a broker that has just been resumed. An end that is too low
 * makes a test fail, and hides nothing.
 */
const readEnds = async (kafka: Kafka, topics: readonly string[]): Promise<Map<string, number>> => {
  const offsets = await openOffsets(kafka)
  try {
    const ends = await eventually(() => offsets.ends(topics), 30_000)
    return new Map(ends.filter(({ low, high }) => high > low).map((end) => [partitionName(end), end.high]))
  } finally {
    await offsets.close()
  }
}
