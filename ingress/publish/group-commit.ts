import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../lib/backoff.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressMetrics } from '../metrics.ts'
import type { BatchLimits } from './cut-batch.ts'
import { afterAcknowledgement, afterFailure, type Failure, noFault } from './fault-isolation.ts'
import type { PendingMessage } from './pending-message.ts'
import { createProduceQueue } from './produce-queue.ts'
import { causeOf } from './publish-failure.ts'
import { createPump } from './pump.ts'
import type { Sender } from './sender.ts'

export interface GroupCommit {
  /** @param place a message that only reserves a place: the new one takes it if it is still waiting */
  enqueue(message: PendingMessage, place?: PendingMessage): void
  /** Sends no further request. The one in flight goes on. */
  pause(): void
  resume(): void
  /** Must be called when a message that reserved its place has become ready or was settled. */
  wake(): void
  /** `failing`: the last request failed, and neither a topic nor a record was clearly responsible. */
  state(): 'open' | 'failing'
  /** Rejects the queued messages with an error, waits for the request in flight, then disconnects. */
  stop(): Promise<void>
}

export interface GroupCommitOptions {
  connect(): Promise<Sender>
  /** The limits of one produce request. */
  limits: BatchLimits
  /**
   * Called for a topic at fault. Every queued message of that topic is rejected with the error it returns.
   */
  markUnavailable(topic: string, error: unknown): Error
  /**
   * Called for messages that were sent together and refused. A message that was sent alone is rejected with
   * the error it resolves to. Never rejects.
   */
  refusalOf(messages: readonly PendingMessage[], error: unknown): Promise<Error>
  metrics: Pick<
    IngressMetrics,
    'batchRecords' | 'publishFailures' | 'producersRebuilt' | 'queuedRecords' | 'lastAcknowledged'
  >
  logger: Logger
}

const retryBackoff: Backoff = { firstMs: 100, maxMs: 1000 }

/**
 * Sends messages in groups: those that arrive while one produce request is in flight go out together in the
 * next one. There is never more than one request in flight, and the busier the bridge is, the larger its
 * requests are.
 *
 * Messages that were not acknowledged are sent again in their old order, before newer ones. So a record may
 * be written twice, but none is lost. `fault-isolation.ts` decides what follows a failed request.
 *
 * @throws what `connect` throws
 */
export const createGroupCommit = async (options: GroupCommitOptions): Promise<GroupCommit> => {
  const { connect, limits, markUnavailable, refusalOf, metrics } = options
  const queue = createProduceQueue(limits)
  let sender: Sender | undefined = await connect()
  let isolation = noFault
  let isStopped = false

  const pump = createPump(() => {
    metrics.queuedRecords.set(queue.size())
    const batch = queue.takeBatch(isolation.mode)
    return batch.length === 0 ? undefined : send(batch)
  })

  const send = async (batch: readonly PendingMessage[]) => {
    metrics.batchRecords.observe(batch.length)
    let unacknowledged = batch
    try {
      sender ??= await connect()
      const partitions = await sender.send(batch)
      if (partitions.size > 0) metrics.lastAcknowledged.setToCurrentTime()
      unacknowledged = settleAcknowledged(batch, partitions)
      if (unacknowledged.length > 0)
        throw new Error(`${unacknowledged.length} of ${batch.length} records were not acknowledged`)
      isolation = afterAcknowledgement(isolation, batch)
    } catch (error) {
      await recover(unacknowledged, error)
    }
  }

  const recover = async (batch: readonly PendingMessage[], error: unknown) => {
    const failure = failureOf(error, batch, sender !== undefined)
    const { next, action, rebuildsProducer } = afterFailure(isolation, failure)
    isolation = next
    report(options, failure, error, next.failuresInARow)
    if (isStopped) return batch.forEach((message) => void message.settle(stopped()))

    const refusal = failure.cause === 'refused' ? refusalOf(batch, error) : undefined
    queue.putBack(batch)
    if (action === 'reject_record') return void rejectLater(batch, refusal).then(pump.wake)
    if (rebuildsProducer) abandonSender()
    const [topic = ''] = failure.topics
    if (action === 'mark_topic_unavailable') return queue.rejectTopic(topic, markUnavailable(topic, error))
    if (action === 'resend_behind_other_topics') queue.moveBehind(topic)
    await sleep(backoffMs(retryBackoff, next.failuresInARow))
  }

  const abandonSender = () => {
    sender?.abandon()
    sender = undefined
    metrics.producersRebuilt.inc()
  }

  return {
    enqueue: (message, place) => {
      if (place === undefined || !queue.replace(place, message)) queue.add(message)
      pump.wake()
    },
    pause: pump.pause,
    resume: pump.resume,
    wake: pump.wake,
    state: () => isolation.brokers,
    stop: async () => {
      isStopped = true
      queue.rejectAll(stopped)
      await pump.idle()
      await sender?.close()
    },
  }
}

/** Until it is known why the record was refused, it keeps its place: a later one must not overtake it. */
const rejectLater = async (
  [message]: readonly PendingMessage[],
  refusal: Promise<Error> | undefined,
): Promise<void> => {
  if (message === undefined) return
  message.reserves = 'partition'
  message.settle(await refusal)
}

const failureOf = (error: unknown, batch: readonly PendingMessage[], isConnected: boolean): Failure => ({
  cause: causeOf(error),
  isConnected,
  topics: [...new Set(batch.map(({ topic }) => topic))],
  records: batch.length,
})

const report = (
  { metrics, logger }: Pick<GroupCommitOptions, 'metrics' | 'logger'>,
  { cause, records }: Failure,
  error: unknown,
  failures: number,
) => {
  metrics.publishFailures.inc({ cause })
  logger.warn('a produce request failed', { cause, error: messageOf(error), records, failures })
}

/** @returns the messages whose partitions were not acknowledged */
const settleAcknowledged = (
  batch: readonly PendingMessage[],
  partitions: ReadonlySet<string>,
): PendingMessage[] =>
  batch.filter((message) => {
    const isAcknowledged = partitions.has(partitionName(message))
    if (isAcknowledged) message.settle()
    return !isAcknowledged
  })

export const stopped = (): RetriableError => new RetriableError('the ingress is stopping')
