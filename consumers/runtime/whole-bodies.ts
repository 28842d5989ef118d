import type { Kafka } from 'kafkajs'
import type { Decode } from '../../lib/avro/codec.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { restoreBody } from '../../lib/kafka/restore-body.ts'
import type { Logger } from '../../lib/logger.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'

/** How long all chunks of one body may take to read, in milliseconds. */
const limitMs = 20_000

/**
 * Decodes records with their bodies, also where the body was published in chunks. A record whose chunks are
 * gone keeps an empty body, and this is logged.
 *
 * The decoder throws RetriableError while the brokers do not answer.
 */
export const withWholeBodies =
  (decode: Decode, kafka: Kafka, chunksTopic: string, logger: Logger): Decode =>
  async (value) => {
    const record = (await decode(value)) as RecordOf
    let problem: string | undefined
    try {
      problem = await restoreBody(record, kafka, chunksTopic, AbortSignal.timeout(limitMs))
    } catch (cause) {
      const reason = messageOf(cause)
      throw new RetriableError(`cannot read the body of delivery ${record.delivery.id}: ${reason}`, { cause })
    }
    if (problem !== undefined)
      logger.error('the body of a hook is gone, so the record is handled without it', {
        delivery_id: record.delivery.id,
        problem,
      })
    return record
  }
