import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'
import { isTooLarge } from '../../lib/kafka/is-too-large.ts'
import type { OutgoingMessage } from '../record/encode.ts'
import { createGroupCommit, type Entry, type GroupCommitOptions, stopped } from './group-commit.ts'
import { causeOf, partitionOf, type Sender } from './sender.ts'
import { type AvailableTopicsOptions, createAvailableTopics } from './topic-availability.ts'
import type { TopicFacts } from './topic-metadata.ts'

export interface Publisher {
  /**
   * Resolves once the brokers have acknowledged the message on all in-sync replicas.
   *
   * @param deadlineMs from now to the rejection, in milliseconds; null: as long as it takes
   * @throws RetriableError at the deadline (it may still arrive then) or where too much waits already; TopicUnavailableError where
   *   its topic takes nothing; PermanentError where the brokers refuse this very message; another Error where they call it too large
   *   and nobody knows why
   */
  publish(message: OutgoingMessage, deadlineMs: number | null): Promise<void>
  /** The most a record on this topic may take, in bytes; undefined of a topic that was never seen. */
  maxBytesOf(topic: string): number | undefined
  /** Topics that take nothing now, while others may. */
  unavailableTopics(): string[]
  /** Whether the brokers have acknowledged the last request. */
  state(): 'open' | 'failing'
  /** Gives up what is still queued, then disconnects. */
  stop(): Promise<void>
}

export interface PublisherOptions
  extends AvailableTopicsOptions,
    Omit<GroupCommitOptions, 'takeOut' | 'refusalOf'> {
  /** Bytes that may wait, those in flight included. */
  maxQueuedBytes: number
}

const recordOverheadBytes = 200

/**
 * Puts messages to the brokers. Those of a topic that takes nothing are turned away at once, until one of them shows that it works again.
 *
 * @throws UsageError where the cluster has none of the topics, RetriableError where the brokers do not answer
 */
export const createPublisher = async (options: PublisherOptions): Promise<Publisher> => {
  const { connect, maxQueuedBytes, metrics } = options
  const topics = await createAvailableTopics(options)
  const refusalOf: GroupCommitOptions['refusalOf'] = async (entries, error) =>
    isTooLarge(error)
      ? topics.explain(entries)
      : new PermanentError(`the brokers refuse the record: ${messageOf(error)}`)
  const groupCommit = await createGroupCommit({ ...options, takeOut: topics.hold, refusalOf }).catch(
    (error: unknown) => {
      topics.stop()
      throw error
    },
  )
  const probes = new Set<Entry>()
  let queuedBytes = 0
  let isStopped = false

  const enter = (
    message: OutgoingMessage,
    facts: TopicFacts,
    deadlineMs: number | null,
    go: (entry: Entry) => void,
  ): Promise<void> => {
    const bytes = message.value.length + recordOverheadBytes
    queuedBytes += bytes
    return new Promise((resolve, reject) => {
      const expire = () =>
        entry.settle(new RetriableError(`no acknowledgement within ${Math.round(deadlineMs ?? 0)} ms`))
      const timer = deadlineMs === null ? undefined : setTimeout(expire, deadlineMs)
      const entry: Entry = {
        ...message,
        partition: partitionOf(message, facts.partitions),
        bytes,
        maxBytesTogether: facts.maxBytes,
        isSettled: false,
        settle: (error) => {
          if (entry.isSettled) return
          clearTimeout(timer)
          entry.isSettled = true
          queuedBytes -= bytes
          if (error === undefined) resolve()
          else reject(error)
        },
      }
      go(entry)
    })
  }

  /** On a connection of its own: what a topic at fault does to a client must not reach the others. */
  const probe = async (entry: Entry) => {
    let sender: Sender | undefined
    probes.add(entry)
    try {
      sender = await connect()
      const acknowledged = await sender.send([entry])
      if (acknowledged.size === 0) throw new Error('the record was not acknowledged')
      topics.release(entry.topic)
      entry.settle()
    } catch (error) {
      metrics.publishFailures.inc({ cause: causeOf(error) })
      const isRefused = causeOf(error) === 'refused' // the record is; its topic works
      if (isRefused) topics.release(entry.topic)
      entry.settle(isRefused ? await refusalOf([entry], error) : topics.hold(entry.topic, error))
    } finally {
      probes.delete(entry)
      sender?.abandon()
    }
  }

  return {
    maxBytesOf: topics.maxBytesOf,
    unavailableTopics: topics.unavailable,
    state: groupCommit.state,
    publish: (message, deadlineMs) => {
      if (queuedBytes + message.value.length + recordOverheadBytes > maxQueuedBytes && queuedBytes > 0)
        return Promise.reject(new RetriableError('too much waits for the brokers'))
      if (isStopped) return Promise.reject(stopped())
      const facts = topics.factsOf(message.topic)
      if (facts !== undefined) return enter(message, facts, deadlineMs, groupCommit.enqueue)
      const probing = topics.probe(message.topic)
      return probing instanceof Error ? Promise.reject(probing) : enter(message, probing, deadlineMs, probe)
    },
    stop: async () => {
      isStopped = true
      topics.stop()
      for (const entry of probes) entry.settle(stopped())
      await groupCommit.stop()
    },
  }
}
