import type { EachBatchHandler, Kafka, Consumer as KafkajsConsumer } from 'kafkajs'
import { UsageError } from '../../../lib/errors.ts'
import { createKafkajsCluster } from '../../../lib/kafka/cluster.ts'
import type { TopicPartition } from '../../../lib/kafka/offsets.ts'
import { heartbeatMs } from '../pipeline.ts'
import { coPartition } from './assigner.ts'
import type { FetchSizes } from './fetch-sizes.ts'

/** Topic → partitions. */
export type Assignment = Readonly<Record<string, readonly number[]>>

/** This process as a member of its consumer group. */
export interface GroupMember {
  /** Resolves once it has joined. */
  start(): Promise<void>
  /** Takes a new client in place of one that no longer moves. @throws Error where a handler does not end, or it does not join in time */
  rebuild(): Promise<void>
  /** Fetches nothing any more, and goes on being a member. */
  pause(): void
  resume(): void
  /** Lets the running calls end, commits, leaves the group. */
  stop(): Promise<void>
  /** When the client last fetched, sent a heartbeat or tried to get back to the brokers, in milliseconds since 1970. */
  lastTurn(): number
}

export interface GroupMemberOptions {
  kafka: Kafka
  group: string
  topics: readonly string[]
  eachBatch: EachBatchHandler
  fetchSizes: FetchSizes
  /** Partitions handled at a time. */
  concurrency: number
  /** After so long without a heartbeat the group gives the partitions to others. */
  sessionSeconds: number
  /** An attempt of a handler may take so long. */
  attemptSeconds: number
  /** Whether messages are in hand: an attempt at them may begin, if none runs. */
  isHandling(): boolean
  /** What was fetched of a partition held no messages: it goes on at `next`. */
  onNothing(place: TopicPartition, next: number): void
  /** Partitions were given to this member; nothing of them is handled before it resolves. */
  onJoin(assignment: Assignment): Promise<void>
  /** The process cannot go on. */
  fail(error: unknown): void
}

/** How long a client may take to end once nothing is in hand, in milliseconds: a fetch, a commit, its leave. */
const farewellMs = 2500
/** How long a member may take to come back in a rebalance, in milliseconds: until then the brokers keep the others waiting. */
const rebalanceMs = 60_000

const after = (ms: number) => new Promise<'late'>((resolve) => setTimeout(resolve, ms, 'late').unref())

const explain = (error: unknown): never => {
  if ((error as { type?: unknown }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
  throw new UsageError('topics of this worker do not exist: run `bridge setup`')
}

export const createGroupMember = (options: GroupMemberOptions): GroupMember => {
  const { kafka, group, topics, sessionSeconds, fetchSizes, isHandling, onJoin, fail } = options
  let client: KafkajsConsumer | undefined
  let memberId = ''
  let isPaused = false
  let lastTurn = Date.now()

  const start = async () => {
    const created = kafka.consumer({
      groupId: group,
      partitionAssigners: [coPartition],
      allowAutoTopicCreation: false,
      sessionTimeout: sessionSeconds * 1000,
      rebalanceTimeout: rebalanceMs,
      heartbeatInterval: heartbeatMs(sessionSeconds),
      // Stopping waits for the fetch that is under way.
      maxWaitTimeInMs: 500,
      ...fetchSizes,
    })
    client = created
    const { GROUP_JOIN, HEARTBEAT, FETCH, FETCH_START, END_BATCH_PROCESS, CRASH } = created.events
    for (const sign of [HEARTBEAT, FETCH, FETCH_START, GROUP_JOIN, CRASH] as const) {
      created.on(sign, () => {
        lastTurn = Date.now()
      })
    }
    // It is not handed over: the end of a transaction, or what one took back.
    created.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (batchSize === 0 && client === created)
        options.onNothing({ topic, partition }, Number(lastOffset) + 1)
    })
    const joined = new Promise<void>((resolve) => {
      created.on(GROUP_JOIN, ({ payload }) => {
        // One that is taken out of the group while it joins joins once more before it ends.
        if (client !== created) return
        memberId = payload.memberId
        // A client that restarts forgets what it was told.
        if (isPaused) created.pause(topics.map((topic) => ({ topic })))
        // What could not be read now is asked for again with the next join, which follows once handling finds it missing.
        onJoin(payload.memberAssignment).then(
          resolve,
          (error: unknown) => error instanceof UsageError && fail(error),
        )
      })
    })
    created.on(CRASH, ({ payload: { error, restart } }) => {
      // A restart is the client's own business; without one it would sit there for ever, alive and idle.
      if (!restart && client === created) fail(error)
    })
    await created.connect()
    await created.subscribe({ topics: [...topics], fromBeginning: true }).catch(explain)
    await created.run({
      eachBatch: options.eachBatch,
      eachBatchAutoResolve: false,
      // Also within a long batch, so that little is handled twice after a crash.
      autoCommitInterval: 1000,
      partitionsConsumedConcurrently: options.concurrency,
    })
    await joined
  }

  const stop = async () => {
    const old = client
    client = undefined
    if (old === undefined) return
    const left = old.disconnect()
    left.catch(() => undefined)
    for (let wasHandling = true; wasHandling; ) {
      wasHandling = isHandling()
      if ((await Promise.race([left, after(farewellMs)])) !== 'late') return
      wasHandling ||= isHandling()
    }
    // In a rebalance the client waits for all other members, and so long for its own leave.
    await Promise.race([
      leaveGroup(kafka, group, memberId),
      after(farewellMs).then(() => Promise.reject(new Error('the brokers do not let it leave its group'))),
    ])
  }

  const setPaused = (paused: boolean) => {
    isPaused = paused
    const all = topics.map((topic) => ({ topic }))
    try {
      if (paused) client?.pause(all)
      else client?.resume(all)
    } catch {
      // Between two lives of the client there is nobody to tell; the next one is told when it joins.
    }
  }

  return {
    start,
    rebuild: async () => {
      await Promise.race([
        stop().catch(() => undefined),
        after(options.attemptSeconds * 1000 + 2 * farewellMs),
      ])
      // A second attempt must never run beside the first. If that hangs, the watchdog ends the process.
      if (isHandling()) throw new Error('a handler of the old one does not end')
      const late = after(rebalanceMs + sessionSeconds * 1000).then(() =>
        Promise.reject(new Error('it did not join in time')),
      )
      await Promise.race([start(), late])
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    stop,
    lastTurn: () => lastTurn,
  }
}

const leaveGroup = async (kafka: Kafka, group: string, memberId: string) => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  try {
    await (await cluster.findGroupCoordinator({ groupId: group })).leaveGroup({ groupId: group, memberId })
  } catch (error) {
    if ((error as { type?: unknown }).type !== 'UNKNOWN_MEMBER_ID') throw error
  } finally {
    await cluster.disconnect()
  }
}
