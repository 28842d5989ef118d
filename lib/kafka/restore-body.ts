import type { Kafka } from 'kafkajs'
import { BodyGoneError, type RecordWithRaw, readRaw } from './read-raw.ts'

/**
 * Puts the body into the field `raw` of a decoded record whose body was published in chunks. Changes no other
 * record.
 *
 * @returns one sentence that says why the body cannot be restored; undefined if the record has its body
 * @throws as `readRaw`, except for a body that is gone
 */
export const restoreBody = async (
  record: unknown,
  kafka: Kafka,
  chunksTopic: string,
  signal: AbortSignal,
): Promise<string | undefined> => {
  if (!isChunked(record)) return undefined
  try {
    record.raw = await readRaw(record, kafka, chunksTopic, signal)
    return undefined
  } catch (error) {
    if (error instanceof BodyGoneError) return `${error.message} on ${chunksTopic}`
    throw error
  }
}

const isChunked = (record: unknown): record is RecordWithRaw =>
  typeof (record as Partial<RecordWithRaw> | null)?.delivery?.raw_chunks === 'number'
