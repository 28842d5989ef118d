import type { EachBatchHandler, Kafka, Consumer as KafkajsConsumer } from 'kafkajs'
import { UsageError } from '../../../lib/errors.ts'
import { hasBrokerError } from '../../../lib/kafka/has-broker-error.ts'
import { joiningMemberOf } from '../../../lib/kafka/joining-member.ts'
import type { TopicPartition } from '../../../lib/kafka/offsets.ts'
import type { Assignment } from '../positions/assignment.ts'
import type { Seek } from '../positions/own-positions.ts'
import { coPartition } from './assigner.ts'
import type { FetchSizes } from './fetch-sizes.ts'
import { heartbeatIntervalMs } from './heartbeat-interval.ts'

export interface GroupClientOptions {
  kafka: Kafka
  group: string
  topics: readonly string[]
  eachBatch: EachBatchHandler
  fetchSizes: FetchSizes
  /** How many partitions are handled at the same time. */
  concurrency: number
  /** After this time without a heartbeat the group assigns the partitions to other members. */
  sessionSeconds: number
  /** Called when what was fetched from a partition held no messages. The partition continues at `next`. */
  onNoMessages(place: TopicPartition, next: number): void
  /** Called when partitions were assigned. Their messages are handled after it has resolved. */
  onJoin(assignment: Assignment, seek: Seek): Promise<void>
  /** Called when the process cannot go on. */
  fail(error: unknown): void
}

/** What the client needs from the group member that it belongs to. */
export interface GroupClientHooks {
  isPaused(): boolean
  /** Called when the client fetched, sent a heartbeat, or tried to reach the brokers again. */
  onActivity(): void
  /** Called when a broker has answered the client. */
  onAnswer(): void
  /** Called when the client has joined the group and its positions are known, and when it must join again. */
  onMembership(membership: Membership): void
  /** Called when the client is no longer this member, and may not have told the group. */
  onMemberLeft(memberId: string): void
}

export type Membership = 'joining' | 'joined'

/** One Kafka client in the group. */
export interface GroupClient {
  /** Resolves once the client has joined the group, or has ended before. */
  start(): Promise<void>
  pause(): void
  resume(): void
  /** Empty until the client has joined. */
  memberId(): string
  /** Ignores all later events except activity. Resolves once the client has left the group. */
  end(): Promise<void>
}

/**
 * `active`: events of the client count. `ended`: the client was replaced or stops. It may still join once
 * more, fetch or crash, but must not change what this member knows.
 */
type ClientState = 'active' | 'ended'

/** How long the brokers wait in a rebalance until every member has joined again, in milliseconds. */
export const rebalanceTimeoutMs = 60_000

/** Creates a client that is not connected yet. */
export const createGroupClient = (options: GroupClientOptions, hooks: GroupClientHooks): GroupClient => {
  let state: ClientState = 'active'
  const consumer = createConsumer(options, () => state === 'active')
  const allTopics = options.topics.map((topic) => ({ topic }))
  const joined = Promise.withResolvers<void>()
  let memberId = ''

  const { GROUP_JOIN, HEARTBEAT, FETCH, FETCH_START, END_BATCH_PROCESS, CRASH, REBALANCING } = consumer.events
  for (const event of [HEARTBEAT, FETCH, FETCH_START, GROUP_JOIN, CRASH] as const)
    consumer.on(event, hooks.onActivity)
  for (const event of [HEARTBEAT, FETCH, GROUP_JOIN] as const) consumer.on(event, hooks.onAnswer)
  for (const event of [REBALANCING, CRASH] as const)
    consumer.on(event, () => {
      if (state === 'active') hooks.onMembership('joining')
    })

  // A fetch may hold only ends of transactions or aborted messages. The client does not hand them over.
  consumer.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
    if (state === 'active' && batchSize === 0)
      options.onNoMessages({ topic, partition }, Number(lastOffset) + 1)
  })
  consumer.on(GROUP_JOIN, ({ payload }) => {
    if (state === 'ended') return
    memberId = payload.memberId
    // A client that restarted by itself has forgotten that it was paused.
    if (hooks.isPaused()) consumer.pause(allTopics)
    // After another error the next join tries again. A batch without a known position causes that join.
    const onError = (error: unknown) => error instanceof UsageError && options.fail(error)
    const onPositions = () => {
      joined.resolve()
      if (state === 'active') hooks.onMembership('joined')
    }
    const seek: Seek = (place, offset) => {
      if (state === 'active') consumer.seek({ ...place, offset: String(offset) })
    }
    options.onJoin(payload.memberAssignment, seek).then(onPositions, onError)
  })
  consumer.on(CRASH, ({ payload: { error, restart } }) => {
    if (state === 'ended') return
    // The client restarts itself after most errors. Without a restart it would stay idle.
    if (!restart) return options.fail(explainSession(error, options.sessionSeconds))
    // It then joins as a new member.
    for (const left of new Set([memberId, joiningMemberOf(error) ?? '']))
      if (left !== '') hooks.onMemberLeft(left)
    memberId = ''
  })

  return {
    start: () => Promise.race([joined.promise, run(consumer, options).then(() => joined.promise)]),
    pause: () => consumer.pause(allTopics),
    resume: () => consumer.resume(allTopics),
    memberId: () => memberId,
    end: () => {
      state = 'ended'
      joined.resolve()
      return consumer.disconnect()
    },
  }
}

/** kafkajs retries a request this often by default, before the consumer crashes and restarts itself. */
const defaultRetries = 5

/**
 * @param mayRestart false for a client that has ended: a join in progress fails after the end, and without
 *   this the client would restart and join the group as a member that nobody stops
 */
const createConsumer = (
  { kafka, group, sessionSeconds, fetchSizes }: GroupClientOptions,
  mayRestart: () => boolean,
): KafkajsConsumer =>
  kafka.consumer({
    groupId: group,
    retry: { retries: defaultRetries, restartOnFailure: async () => mayRestart() },
    partitionAssigners: [coPartition],
    allowAutoTopicCreation: false,
    sessionTimeout: sessionSeconds * 1000,
    rebalanceTimeout: rebalanceTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs(sessionSeconds),
    // When the worker stops, it waits for the running fetch.
    maxWaitTimeInMs: 500,
    ...fetchSizes,
  })

const run = async (consumer: KafkajsConsumer, options: GroupClientOptions) => {
  const { topics, eachBatch, concurrency } = options
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  await consumer.run({
    eachBatch,
    eachBatchAutoResolve: false,
    // Offsets are committed during a long batch, too, so that few messages are handled twice after a crash.
    autoCommitInterval: 1000,
    partitionsConsumedConcurrently: concurrency,
  })
}

/** The brokers refuse a session that is shorter or longer than they allow. */
const explainSession = (error: unknown, sessionSeconds: number): unknown =>
  hasBrokerError(error, /^INVALID_SESSION_TIMEOUT$/)
    ? new UsageError(
        `the brokers refuse CONSUMER_SESSION_SECONDS=${sessionSeconds}: it must lie between their settings ` +
          'group.min.session.timeout.ms and group.max.session.timeout.ms, by default 6 and 1800 seconds',
      )
    : error
