import { type Backoff, backoffMs } from '../../lib/backoff.ts'
import { messageOf, RetriableError, UsageError } from '../../lib/errors.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import { TopicUnavailableError } from '../record/topic-unavailable-error.ts'
import { causeOf, isForbidden } from './publish-failure.ts'
import { createTopicLimits, type TopicLimits, type TopicLimitsOptions } from './topic-limits.ts'
import type { TopicFacts } from './topic-metadata.ts'

/** Knows which topics accept records now, and the limits of each topic. */
export interface TopicAvailability extends Pick<TopicLimits, 'explainTooLarge'> {
  /** Undefined if the topic is unavailable. */
  factsOf(topic: string): TopicFacts | undefined
  /**
   * How large a record the topic accepts, in bytes, also while it is unavailable; undefined if never seen.
   */
  maxBytesOf(topic: string): number | undefined
  unavailableTopics(): string[]
  /** Marks a topic as unavailable until a probe succeeds. @returns the error for its records */
  markUnavailable(topic: string, problem: unknown): TopicUnavailableError
  /**
   * Asks whether one record may probe an unavailable topic.
   *
   * @returns the facts of the topic if the record may probe it; the caller must then call `markAvailable` or
   *   `markUnavailable`. Else the error for the record.
   */
  claimProbe(topic: string): TopicFacts | TopicUnavailableError
  markAvailable(topic: string): void
  stop(): void
}

export interface TopicAvailabilityOptions extends TopicLimitsOptions {
  topics: readonly string[]
  /** The user of the ingress in the access control lists of Kafka. */
  principal: string
  /** Time limit for reading the metadata of an unavailable topic, in milliseconds. */
  metadataTimeoutMs?: number
}

interface UnavailableTopic {
  error: TopicUnavailableError
  failures: number
  /** What makes the topic available again: its metadata can be read, or a record is acknowledged. */
  waitsFor: 'metadata' | 'acknowledgement'
  isProbeDue: boolean
  timer: NodeJS.Timeout
}

const pollBackoff: Backoff = { firstMs: 500, maxMs: 10_000 }

/**
 * Reads the metadata of the topics. Some topics may be missing: they are marked unavailable and polled, at
 * growing intervals.
 *
 * @throws UsageError if the brokers refuse to write to all of them, or if none of them exists, because the
 *   cluster was never set up or is another one
 * @throws RetriableError if none of them can be read
 */
export const createTopicAvailability = async (
  options: TopicAvailabilityOptions,
): Promise<TopicAvailability> => {
  const { topics, principal, readTopicFacts, metadataTimeoutMs = 30_000, logger } = options
  const all = await readTopicFacts(topics)
  const seen = new Map([...all].flatMap(([topic, facts]) => (facts instanceof Error ? [] : [[topic, facts]])))
  if (seen.size === 0) throw errorWithoutTopics(all, principal)
  const limits = createTopicLimits(seen, options)
  const unavailable = new Map<string, UnavailableTopic>()
  let isStopped = false

  const mark = (topic: string, problem: unknown, waitsFor: UnavailableTopic['waitsFor']) => {
    const before = unavailable.get(topic)
    clearTimeout(before?.timer)
    const failures = (before?.failures ?? 0) + 1
    const details = { topic, error: messageOf(problem), todo: adviceFor(problem, topic, principal) }
    if (before === undefined) logger.error('a topic is not available, so its hooks are spooled', details)
    else logger.debug('a topic is still not available', details)
    const error = new TopicUnavailableError(topic, messageOf(problem))
    const timer = setTimeout(() => void poll(topic), backoffMs(pollBackoff, failures)).unref()
    unavailable.set(topic, { error, failures, waitsFor, isProbeDue: false, timer })
    return error
  }

  const markAvailable = (topic: string) => {
    if (limits.factsOf(topic) === undefined || !unavailable.delete(topic)) return
    logger.info('a topic is available again', { topic })
  }

  /** Reads the metadata before a record is sent: a topic that was created again may have other partitions. */
  const poll = async (topic: string) => {
    // Without a time limit, a request that never ends would be the last poll of this topic.
    const answer = await withTimeLimit(metadataTimeoutMs, readTopicFacts([topic])).catch(
      (error: Error) => error,
    )
    const state = unavailable.get(topic)
    if (state === undefined || isStopped) return
    if (answer instanceof Error) return void mark(topic, answer, state.waitsFor)
    const facts = answer.get(topic) ?? neverSeen()
    if (facts instanceof Error) return void mark(topic, facts, 'metadata')
    limits.update(topic, facts)
    if (state.waitsFor === 'metadata') markAvailable(topic)
    else state.isProbeDue = true
  }

  for (const topic of topics) if (!seen.has(topic)) mark(topic, all.get(topic) ?? neverSeen(), 'metadata')

  return {
    factsOf: (topic) => (unavailable.has(topic) ? undefined : limits.factsOf(topic)),
    maxBytesOf: (topic) => limits.factsOf(topic)?.maxBytes,
    explainTooLarge: limits.explainTooLarge,
    unavailableTopics: () => [...unavailable.keys()].sort(),
    markUnavailable: (topic, problem) => mark(topic, problem, 'acknowledgement'),
    claimProbe: (topic) => {
      const state = unavailable.get(topic)
      if (state === undefined) return mark(topic, neverSeen(), 'metadata')
      const facts = limits.factsOf(topic)
      if (!state.isProbeDue || facts === undefined) return state.error
      state.isProbeDue = false
      return facts
    },
    markAvailable,
    stop: () => {
      isStopped = true
      limits.stop()
      for (const { timer } of unavailable.values()) clearTimeout(timer)
    },
  }
}

/**
 * Topics without leaders come back by themselves. A cluster that does not have our topics was never set up.
 */
const errorWithoutTopics = (problems: ReadonlyMap<string, unknown>, principal: string): Error => {
  const [[topic, problem] = ['', neverSeen()]] = problems
  const isOutage = [...problems.values()].some((each) => causeOf(each) !== 'topic')
  if (isOutage) return new RetriableError(`Kafka: ${messageOf(problem)}`, { cause: problem })
  if (isForbidden(problem)) {
    return new UsageError(
      `Kafka refuses the user ${principal}: Write on the topic ${topic} and all others of ours. ` +
        'Give the user these rights. docs/kafka-rights.md lists the rights of every process.',
    )
  }
  return new UsageError(`the cluster has none of our topics (${topic}): run \`bridge setup\` first`)
}

const neverSeen = () => new Error('the topic has never been seen')

const adviceFor = (problem: unknown, topic: string, principal: string): string => {
  // The right to write includes the right to describe.
  if (isForbidden(problem)) return `give the Kafka user ${principal} the right Write on the topic ${topic}`
  return causeOf(problem) === 'topic' ? 'run `bridge setup`' : 'check the leaders and replicas of the topic'
}
