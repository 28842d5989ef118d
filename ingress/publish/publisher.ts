import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'
import { isTooLarge } from '../../lib/kafka/is-too-large.ts'
import type { OutgoingMessage } from '../record/encode.ts'
import { createGroupCommit, type GroupCommitOptions, stopped } from './group-commit.ts'
import { estimatedBytes, type PendingMessage, sendPending } from './pending-message.ts'
import { createTopicAvailability, type TopicAvailabilityOptions } from './topic-availability.ts'
import type { TopicFacts } from './topic-metadata.ts'
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
  const refusalOf: GroupCommitOptions['refusalOf'] = async (messages, error) =>
    isTooLarge(error)
      ? topics.explainTooLarge(messages)
      : new PermanentError(`the brokers refuse the record: ${messageOf(error)}`)
  const groupCommit = await createGroupCommit({ ...options, markUnavailable, refusalOf }).catch(
    (error: unknown) => {
      topics.stop()
      throw error
    },
  )
  const { probe, stop: stopProbes } = createTopicProbe({ connect, refusalOf, topics, metrics })
  let queuedBytes = 0
  let isStopped = false

  const sendBy = (
    send: (pending: PendingMessage) => void,
    message: OutgoingMessage,
    facts: TopicFacts,
    deadlineMs: number | null,
  ): Promise<void> => {
    queuedBytes += estimatedBytes(message)
    return sendPending(message, facts, deadlineMs, send, freeBytes)
  }
  const freeBytes = (bytes: number) => {
    queuedBytes -= bytes
  }

  return {
    maxBytesOf: topics.maxBytesOf,
    unavailableTopics: topics.unavailableTopics,
    state: groupCommit.state,
    publish: (message, deadlineMs) => {
      // If nothing else waits, a message that is larger than the whole queue is accepted, too.
      const isFull = queuedBytes > 0 && queuedBytes + estimatedBytes(message) > maxQueuedBytes
      if (isFull) return Promise.reject(new RetriableError('too many bytes wait for the brokers already'))
      if (isStopped) return Promise.reject(stopped())
      const facts = topics.factsOf(message.topic)
      if (facts !== undefined) return sendBy(groupCommit.enqueue, message, facts, deadlineMs)
      const claimed = topics.claimProbe(message.topic)
      if (claimed instanceof Error) return Promise.reject(claimed)
      return sendBy(probe, message, claimed, deadlineMs)
    },
    stop: async () => {
      isStopped = true
      topics.stop()
      stopProbes()
      await groupCommit.stop()
    },
  }
}
