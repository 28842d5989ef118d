import kafkajs, { type EachBatchHandler } from 'kafkajs'
import { messageOf } from '../../../lib/errors.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { createMutex } from '../../../lib/mutex.ts'
import { GroupError } from '../middleware/group-error.ts'
import { GapError } from '../positions/gap.ts'
import { type HandleBatchOptions, handleBatch } from './handle-batch.ts'

export interface EachBatchOptions extends HandleBatchOptions {
  /** Holds the names of the partitions of which messages are being handled. */
  inProgress: Set<string>
  onGap(error: GapError): void
}

/**
 * Makes the function that the Kafka client calls with every fetched batch. The client stops without a restart
 * when this function throws an error of another type than its own. So it throws only errors of the client;
 * after any other failure the offset stays where it is.
 */
export const createEachBatch = (options: EachBatchOptions): EachBatchHandler => {
  const { positions, inProgress, onGap } = options
  const suspectMutex = createMutex()

  return async (payload) => {
    const { topic, partition, messages } = payload.batch
    const place = { topic, partition }
    const name = partitionName(place)
    inProgress.add(name)
    try {
      await positions.verify(place, Number(messages[0]?.offset))
      await handleBatch(payload, options, suspectMutex)
    } catch (error) {
      if (error instanceof GapError) return onGap(error)
      throw toClientError(error instanceof GroupError ? error.cause : error)
    } finally {
      inProgress.delete(name)
    }
  }
}

const toClientError = (error: unknown): Error =>
  error instanceof kafkajs.KafkaJSError
    ? error
    : new kafkajs.KafkaJSError(messageOf(error), { retriable: true })
