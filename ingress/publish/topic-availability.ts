import { messageOf, RetriableError, UsageError } from '../../lib/errors.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import { causeOf, isForbidden } from './sender.ts'
import { createKnownTopics, type KnownTopics, type KnownTopicsOptions } from './topic-limits.ts'
import type { TopicFacts } from './topic-metadata.ts'
import { TopicUnavailableError } from './topic-unavailable-error.ts'

/** Which topics take records now, and what is known of them. */
export interface AvailableTopics extends Pick<KnownTopics, 'explain'> {
  /** Undefined where the topic takes nothing. */
  factsOf(topic: string): TopicFacts | undefined
  /** The most a record may take, in bytes; known of a topic that takes nothing now, too. Undefined of one that was never seen. */
  maxBytesOf(topic: string): number | undefined
  /** The others. */
  unavailable(): string[]
  /** Takes a topic out until it works again. @returns what to tell its records */
  hold(topic: string, problem: unknown): TopicUnavailableError
  /**
   * Of a topic that was taken out: its facts where it is time to find out with one record whether it works again; whoever gets
   * them calls `hold` or `release` then. Else what to tell the record.
   */
  probe(topic: string): TopicFacts | TopicUnavailableError
  /** It works again. */
  release(topic: string): void
  stop(): void
}

export interface AvailableTopicsOptions extends KnownTopicsOptions {
  topics: readonly string[]
  /** How long a look at a topic that was taken out may take, in milliseconds. */
  lookLimitMs?: number
}

interface Hold {
  refusal: TopicUnavailableError
  failures: number
  /** What was the matter last: the topic cannot be seen, or it is there and takes nothing, which only a record can find out. */
  lacks: 'facts' | 'acknowledgement'
  isDue: boolean
  timer: NodeJS.Timeout
}

const waitMs = (failures: number): number => Math.min(250 * 2 ** failures, 10_000)

/**
 * Looks at the topics. Some may be missing; they are looked for again, longer and longer apart.
 *
 * @throws UsageError where none of them is there: the cluster was never set up, or is another one; RetriableError where none can be read
 */
export const createAvailableTopics = async (options: AvailableTopicsOptions): Promise<AvailableTopics> => {
  const { topics, readTopicFacts, lookLimitMs = 30_000, logger } = options
  const all = await readTopicFacts(topics)
  const seen = new Map([...all].flatMap(([topic, facts]) => (facts instanceof Error ? [] : [[topic, facts]])))
  if (seen.size === 0) throw noneOf(all)
  const known = createKnownTopics(seen, options)
  const holds = new Map<string, Hold>()
  let isStopped = false

  const take = (topic: string, problem: unknown, lacks: Hold['lacks']): Hold => {
    const before = holds.get(topic)
    clearTimeout(before?.timer)
    const failures = (before?.failures ?? 0) + 1
    const details = { topic, error: messageOf(problem), todo: adviceOn(problem) }
    if (before === undefined)
      logger.error('a topic is not available; its hooks are spooled until it is', details)
    else logger.debug('a topic is still not available', details)
    const hold: Hold = {
      refusal: new TopicUnavailableError(topic, messageOf(problem)),
      failures,
      lacks,
      isDue: false,
      timer: setTimeout(() => void look(topic), waitMs(failures)).unref(),
    }
    holds.set(topic, hold)
    return hold
  }

  const release = (topic: string) => {
    if (known.factsOf(topic) === undefined || !holds.delete(topic)) return
    logger.info('a topic is available again', { topic })
  }

  /** A topic that was made anew may have other partitions: it is read before anything is sent. */
  const look = async (topic: string) => {
    // One without an end would be the last.
    const found = await withTimeLimit(lookLimitMs, readTopicFacts([topic])).catch((error: Error) => error)
    const hold = holds.get(topic)
    if (hold === undefined || isStopped) return
    if (found instanceof Error) return void take(topic, found, hold.lacks)
    const facts = found.get(topic) ?? unseen()
    if (facts instanceof Error) return void take(topic, facts, 'facts')
    known.learn(topic, facts)
    if (hold.lacks === 'facts') release(topic)
    else hold.isDue = true
  }

  for (const topic of topics) if (!seen.has(topic)) take(topic, all.get(topic) ?? unseen(), 'facts')

  return {
    factsOf: (topic) => (holds.has(topic) ? undefined : known.factsOf(topic)),
    maxBytesOf: (topic) => known.factsOf(topic)?.maxBytes,
    explain: known.explain,
    unavailable: () => [...holds.keys()].sort(),
    hold: (topic, problem) => take(topic, problem, 'acknowledgement').refusal,
    probe: (topic) => {
      const hold = holds.get(topic) ?? take(topic, unseen(), 'facts')
      const facts = known.factsOf(topic)
      if (!hold.isDue || facts === undefined) return hold.refusal
      hold.isDue = false
      return facts
    },
    release,
    stop: () => {
      isStopped = true
      known.stop()
      for (const { timer } of holds.values()) clearTimeout(timer)
    },
  }
}

/** Kafka that has no leaders is waited for; Kafka that answers without our topics was never set up. */
const noneOf = (problems: ReadonlyMap<string, unknown>): Error => {
  const [[topic, problem] = ['', unseen()]] = problems
  const isOutage = [...problems.values()].some((each) => causeOf(each) !== 'topic')
  if (isOutage) return new RetriableError(`Kafka: ${messageOf(problem)}`, { cause: problem })
  return new UsageError(`the cluster has none of our topics (${topic}): ${adviceOn(problem)} first`)
}

const unseen = () => new Error('nothing is known of it')

const adviceOn = (problem: unknown): string => {
  if (isForbidden(problem)) return 'allow the user of the bridge to describe it and to write to it'
  return causeOf(problem) === 'topic' ? 'run `bridge setup`' : 'look at its leaders and replicas'
}
