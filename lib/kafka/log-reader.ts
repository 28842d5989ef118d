import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { createKafkajsCluster, type KafkajsCluster } from './cluster.ts'
import { forgetDeletedTopics } from './existing-topics.ts'
import { fetchFromAll, type LogMessage, type ReadPosition } from './fetch-records.ts'
import { hasBrokerError } from './has-broker-error.ts'
import type { PartitionOffset } from './log-ends.ts'
import { type LogEnds, openOffsets, type TopicPartition } from './offsets.ts'
import { correctLeaders } from './present-leaders.ts'

export type { LogMessage } from './fetch-records.ts'

export interface ReadLogOptions {
  topics: readonly string[]
  /**
   * A number is a time in milliseconds since 1970: reading begins with the first record since then. A list
   * says where reading begins in each partition; partitions that it does not name are not read.
   */
  from: 'beginning' | 'now' | number | readonly PartitionOffset[]
  /**
   * `now`: reading ends after the last record that existed when it began. Without it, reading does not end.
   */
  to?: 'now'
  /** How much a broker sends at a time, in bytes. Default: 16 MiB. */
  fetchBytes?: number
  /** Called with topics that do not exist when reading begins, or are deleted later. They stay left out. */
  onMissing?(topics: readonly string[]): void
  /** Called once, after every record that existed when reading began has been yielded and consumed. */
  onCaughtUp?(): void
  /** Ends the reading when it is aborted. */
  signal?: AbortSignal
  /**
   * Called each time that brokers do not answer. Reading continues once they do. Without it, the error is
   * thrown.
   */
  onOutage?(error: unknown): void
}

const outageWaitMs = 1000
/** How long a partition may be without a leader, in milliseconds, and how often it is looked for. */
const electionLimitMs = 20_000
const electionWaitMs = 200

/**
 * Reads topics without a consumer group: nothing is committed, and no other reader is affected. Yields
 * messages as they arrive, in order within a partition. Topics that do not exist are left out.
 *
 * @throws the error of a broker that does not answer, unless `onOutage` is given; any error that will not
 *   pass
 */
export async function* readLog(
  kafka: Kafka,
  { topics, from, to, fetchBytes, onMissing, onCaughtUp, signal, onOutage }: ReadLogOptions,
): AsyncGenerator<LogMessage> {
  const ends = await readEndsOnce(kafka, topics)
  const existing = new Set(ends.map(({ topic }) => topic))
  const missing = topics.filter((topic) => !existing.has(topic))
  if (missing.length > 0) onMissing?.(missing)
  const starts = typeof from === 'number' ? await readStartsOnce(kafka, topics, from) : from
  const read = typeof starts === 'string' ? ends : ends.filter((end) => startIn(starts, end) !== undefined)
  const positions = read.map(
    (place): ReadPosition => ({
      topic: place.topic,
      partition: place.partition,
      next: startIn(starts, place) ?? (from === 'beginning' ? place.low : place.high),
      end: to === 'now' ? place.high : Number.POSITIVE_INFINITY,
    }),
  )
  const hasCaughtUp = () => positions.every(({ next }, index) => next >= (read[index]?.high ?? 0))
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  try {
    await cluster.addMultipleTargetTopics(topicsOf(positions))
    let reportCaughtUp = onCaughtUp
    let answeredAt = performance.now()
    while (signal?.aborted !== true) {
      if (hasCaughtUp()) {
        reportCaughtUp?.()
        reportCaughtUp = undefined
      }
      const unfinished = positions.filter(({ next, end }) => next < end)
      if (unfinished.length === 0) return
      const { messages, failure } = await fetchFromAll(cluster, unfinished, fetchBytes)
      for (const message of messages) {
        if (signal?.aborted) return
        yield message
      }
      if (failure === undefined) {
        answeredAt = performance.now()
        // A former leader that does not know it yet has no newer records.
        if (messages.length === 0 && !hasCaughtUp()) await correctLeaders(cluster, topicsOf(unfinished))
        continue
      }
      const deleted = await leaveOutDeleted(cluster, positions).catch(() => [])
      if (deleted.length > 0) {
        onMissing?.(deleted)
        continue
      }
      const isElection =
        hasBrokerError(failure, leaderMoved) && performance.now() - answeredAt < electionLimitMs
      if (!isElection && (onOutage === undefined || isFinal(failure))) throw failure
      if (!isElection) onOutage?.(failure)
      const waitMs = isElection ? electionWaitMs : outageWaitMs
      await sleep(waitMs, undefined, { signal }).catch(() => undefined)
      await cluster.refreshMetadata().catch(() => undefined)
    }
  } finally {
    await cluster.disconnect()
  }
}

const startIn = (
  starts: 'beginning' | 'now' | readonly PartitionOffset[],
  { topic, partition }: TopicPartition,
): number | undefined =>
  typeof starts === 'string'
    ? undefined
    : starts.find((start) => start.topic === topic && start.partition === partition)?.offset

const topicsOf = (places: readonly TopicPartition[]): string[] => [
  ...new Set(places.map(({ topic }) => topic)),
]

const readEndsOnce = async (kafka: Kafka, topics: readonly string[]): Promise<LogEnds[]> => {
  const offsets = await openOffsets(kafka)
  return offsets.ends(topics).finally(() => offsets.close())
}

const readStartsOnce = async (kafka: Kafka, topics: readonly string[], time: number) => {
  const offsets = await openOffsets(kafka)
  return offsets.at(topics, time).finally(() => offsets.close())
}

/**
 * Ends the reading of topics that were deleted, because they would make every request fail.
 *
 * @returns the names of these topics
 */
const leaveOutDeleted = async (cluster: KafkajsCluster, positions: ReadPosition[]): Promise<string[]> => {
  const known = await forgetDeletedTopics(cluster, topicsOf(positions))
  const deleted = positions.filter(({ topic, next, end }) => next < end && !known.has(topic))
  for (const position of deleted) position.next = Number.POSITIVE_INFINITY
  return [...new Set(deleted.map(({ topic }) => topic))]
}

/** Errors of a broker that does not lead a partition, or not any more. */
const leaderMoved = /^(NOT_LEADER_FOR_PARTITION|LEADER_NOT_AVAILABLE)$/

/**
 * Whether a broker has answered with an error that it will repeat, for example that an offset no longer
 * exists.
 */
const isFinal = (error: unknown): boolean => {
  const { type, retriable } = error as { type?: unknown; retriable?: unknown }
  return typeof type === 'string' && retriable === false
}
