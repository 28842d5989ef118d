import type { Kafka } from 'kafkajs'
import { messageOf } from '../../lib/errors.ts'
import { restoreBody } from '../../lib/kafka/restore-body.ts'

/** How long all chunks of one body may take to read, in milliseconds. */
const limitMs = 30_000

/**
 * Adds to a decoded record the body that was published in chunks. Where that is not possible, the record gets
 * the field `raw_missing`, which says why.
 */
export const wholeRecord = async (record: unknown, kafka: Kafka, chunksTopic: string): Promise<unknown> => {
  const problem = await restoreBody(record, kafka, chunksTopic, AbortSignal.timeout(limitMs)).catch(messageOf)
  return problem === undefined ? record : { ...(record as object), raw_missing: problem }
}
