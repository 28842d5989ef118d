import type { Kafka } from 'kafkajs'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { BodySearchTimeoutError } from '../../../lib/kafka/read-raw.ts'
import { restoreBody } from '../../../lib/kafka/restore-body.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'

/**
 * Puts the body into a decoded record whose body was published in chunks. Changes no other record.
 *
 * @returns one sentence that says why the body cannot be restored; undefined if the record has its body
 * @throws RetriableError while the brokers do not answer
 */
export type RestoreBody = (record: RecordOf) => Promise<string | undefined>

/** How long all chunks of one body may take to read, in milliseconds. The clients wait meanwhile. */
const limitMs = 20_000

/** So many lost bodies are remembered, because looking for one reads the whole topic of chunks. */
const mostLost = 1000

/** @param restore as `restoreBody` of lib/, which looks for the chunks until the signal is aborted */
export const createRestoreBody = (
  restore: (record: RecordOf, signal: AbortSignal) => Promise<string | undefined>,
): RestoreBody => {
  const lost = new Map<string, string>()
  const find = async (record: RecordOf): Promise<string | undefined> => {
    try {
      return await restore(record, AbortSignal.timeout(limitMs))
    } catch (error) {
      // It would take as long again the next time, and no client would receive anything meanwhile.
      if (error instanceof BodySearchTimeoutError) return error.message
      const reason = `cannot read the body of delivery ${record.delivery.id}: ${messageOf(error)}`
      throw new RetriableError(reason, { cause: error })
    }
  }
  return async (record) => {
    const { id } = record.delivery
    const known = lost.get(id)
    if (known !== undefined) return known
    const problem = await find(record)
    if (problem === undefined) return undefined
    const [oldest] = lost.keys()
    if (lost.size >= mostLost && oldest !== undefined) lost.delete(oldest)
    lost.set(id, problem)
    return problem
  }
}

/** Looks for the chunks on a cluster. */
export const restoreBodiesFrom = (kafka: Kafka, chunksTopic: string): RestoreBody =>
  createRestoreBody((record, signal) => restoreBody(record, kafka, chunksTopic, signal))
