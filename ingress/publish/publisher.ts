import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'
import { isTooLarge } from '../../lib/kafka/is-too-large.ts'
import type { OutgoingMessage } from '../record/encode.ts'
import { createPlace } from './create-place.ts'
import { createGroupCommit, type GroupCommitOptions, stopped } from './group-commit.ts'
import { estimatedBytes, type OnSettled } from './pending-message.ts'
import { isTimestampRefused } from './publish-failure.ts'
import { type Outgoing, type Place, publishWithChunks } from './publish-with-chunks.ts'
import { createReservation, type Reservation, type ReservationParts } from './reservation.ts'
import { createTopicAvailability, type TopicAvailabilityOptions } from './topic-availability.ts'
import { createTopicProbe } from './topic-probe.ts'

export interface Publisher {
  /**
   * Resolves when all in-sync replicas have acknowledged the message.
   *
   * @param deadlineMs milliseconds from now until it rejects; null: without a limit
   * @throws RetriableError at the deadline (the record may still be written) or if the queue is full
   * @throws TopicUnavailableError if the topic accepts no records now
   * @throws PermanentError if the brokers refuse this message for good
   * @throws Error if the brokers call the message too large and the cause is unknown
   */
  publish(message: OutgoingMessage, deadlineMs: number | null): Promise<void>
  /**
   * Queues the record of a hook with its chunks, in the same tick. Records of one partition are written in
   * the order in which they were queued, also if they must wait for their chunks.
   *
   * @param onSettled called once: without an error when everything is acknowledged, else with one of the
   *   errors that `publish` throws. It may be called before this returns, and it is called before any later
   *   record of the same partition is sent.
   * @returns a function that takes the record out of the queue: it is settled with the given error
   */
  enqueue(outgoing: Outgoing, onSettled: OnSettled): (error: Error) => void
  /**
   * Reserves a place in the queue for a record that is still being made.
   *
   * @param onRejected called if the place is rejected, with one of the errors that `publish` throws
   */
  reserve(onRejected: (error: Error) => void): Reservation
  /** Sends no further request until `resume`. The request in flight goes on. */
  pause(): void
  resume(): void
  /** How large a record the topic accepts, in bytes; undefined if the topic was never seen. */
  maxBytesOf(topic: string): number | undefined
  /** The topics that accept no records now, while others may. */
  unavailableTopics(): string[]
  /** `failing`: the brokers did not acknowledge the last request. */
  state(): 'open' | 'failing'
  /** Rejects the queued messages with an error, then disconnects. */
  stop(): Promise<void>
}

export interface PublisherOptions
  extends TopicAvailabilityOptions,
    Omit<GroupCommitOptions, 'markUnavailable' | 'refusalOf'> {
  /** How many bytes may wait, including those in flight. */
  maxQueuedBytes: number
}

/**
 * Publishes messages by group commit. A message for an unavailable topic is rejected at once, except one from
 * time to time, which probes the topic.
 *
 * @throws UsageError if the cluster has none of the topics
 * @throws RetriableError if the brokers do not answer
 */
export const createPublisher = async (options: PublisherOptions): Promise<Publisher> => {
  const { connect, maxQueuedBytes, metrics } = options
  const topics = await createTopicAvailability(options)
  const { markUnavailable } = topics
  const refusalOf: GroupCommitOptions['refusalOf'] = async (messages, error) => {
    if (isTooLarge(error)) return topics.explainTooLarge(messages)
    const problem = `the brokers refuse the record: ${messageOf(error)}`
    return isTimestampRefused(error) ? new RetriableError(problem) : new PermanentError(problem)
  }
  const groupCommit = await createGroupCommit({ ...options, markUnavailable, refusalOf }).catch(
    (error: unknown) => {
      topics.stop()
      throw error
    },
  )
  const { probe, stop: stopProbes } = createTopicProbe({ connect, refusalOf, topics, metrics })
  /** The bytes of all messages that wait, including those in flight. */
  let queuedBytes = 0
  let isStopped = false

  const placeAny = createPlace({ topics, groupCommit, probe })
  const place: Place = (message, isReserved, onSettled, reserved) => {
    const bytes = estimatedBytes(message)
    queuedBytes += bytes
    const onPlacedSettled: OnSettled = (error, at) => {
      queuedBytes -= bytes
      onSettled(error, at)
    }
    return placeAny(message, isReserved, onPlacedSettled, reserved)
  }

  const enqueue: ReservationParts['enqueue'] = (outgoing, onSettled, reserved) => {
    const { message, chunks } = outgoing
    const bytes = chunks.reduce((sum, chunk) => sum + estimatedBytes(chunk), estimatedBytes(message))
    // If nothing else waits, a hook that is larger than the whole queue is accepted, too.
    const isFull = queuedBytes > 0 && queuedBytes + bytes > maxQueuedBytes
    if (!isFull && !isStopped) return publishWithChunks(outgoing, place, onSettled, reserved)
    onSettled(isFull ? new RetriableError('too many bytes wait for the brokers already') : stopped())
    return () => {}
  }

  return {
    maxBytesOf: topics.maxBytesOf,
    unavailableTopics: topics.unavailableTopics,
    state: groupCommit.state,
    pause: groupCommit.pause,
    resume: groupCommit.resume,
    enqueue,
    reserve: (onRejected) => createReservation({ groupCommit, topics, enqueue }, onRejected),
    publish: (message, deadlineMs) => publishOne(enqueue, message, deadlineMs),
    stop: async () => {
      isStopped = true
      topics.stop()
      stopProbes()
      await groupCommit.stop()
    },
  }
}

const publishOne = async (
  enqueue: Publisher['enqueue'],
  message: OutgoingMessage,
  deadlineMs: number | null,
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const withdraw = enqueue({ message, chunks: [] }, (error) =>
    error === undefined ? resolve() : reject(error),
  )
  const expire = () => withdraw(new RetriableError(`no acknowledgement within ${deadlineMs} ms`))
  const timer = deadlineMs === null ? undefined : setTimeout(expire, deadlineMs)
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}
