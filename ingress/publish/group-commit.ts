import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressMetrics, PublishFailureCause } from '../metrics.ts'
import { type BatchLimits, cutBatch, type Sized } from './cut-batch.ts'
import { causeOf, type Placed, type Sender } from './sender.ts'

/** A message that waits for its acknowledgement. */
export interface Entry extends Placed, Sized {
  /** Answered already: acknowledged, or past its deadline. */
  isSettled: boolean
  settle(error?: Error): void
}

export interface GroupCommit {
  enqueue(entry: Entry): void
  /** `failing`: the last request was not answered as it should be, and no topic or record was to blame. */
  state(): 'open' | 'failing'
  /** Gives up what is still queued, then disconnects. */
  stop(): Promise<void>
}

export interface GroupCommitOptions {
  connect(): Promise<Sender>
  limits: BatchLimits
  /** Told of a topic that fails by itself; what it returns, the topic's entries are told. */
  takeOut(topic: string, error: unknown): Error
  /** Told of entries that were sent together and refused; what it resolves to, an entry that was sent alone is told. Never rejects. */
  refusalOf(entries: readonly Entry[], error: unknown): Promise<Error>
  metrics: Pick<
    IngressMetrics,
    'batchRecords' | 'publishFailures' | 'producersRebuilt' | 'queuedRecords' | 'lastAcknowledged'
  >
  logger: Logger
}

/** Failures after which the producer is thought stuck. */
const failuresUntilRebuild = 3

/**
 * Whom a failure is put down to. `unclear`: to a topic only where others are taken meanwhile, since a client that lost its brokers
 * says strange things, and taking out one topic after the other would tell an outage as many.
 */
const blameFor = {
  ...{ topic: 'topic', leader: 'topic', replicas: 'topic' },
  ...{ connection: 'brokers', timeout: 'brokers', refused: 'record', other: 'unclear' },
} as const satisfies Record<PublishFailureCause, string>

/**
 * What arrives while a produce request is in flight goes out together in the next one, so there is never more than one, and the
 * busier it gets the larger it is. What was not acknowledged is sent again in its old place: duplicates are possible, a hole is not.
 *
 * A topic at fault must not hold up the others: the topics of a failed request are sent one by one, and one that fails alone is
 * taken out: at once where the brokers name it, else when it fails again after others were taken.
 */
export const createGroupCommit = async (options: GroupCommitOptions): Promise<GroupCommit> => {
  const { connect, limits, takeOut, refusalOf, metrics, logger } = options
  let sender: Sender | undefined = await connect()
  let queue: Entry[] = []
  let pumping: Promise<void> | undefined
  let failures = 0
  /** How many of the next requests are to hold no more than one record. */
  let singles = 0
  /** The same, of one topic. */
  let apart = 0
  let state: 'open' | 'failing' = 'open'
  let acknowledgements = 0
  /** Topics that failed alone, nobody knows why, and how many requests had been acknowledged by then. */
  const suspects = new Map<string, number>()
  let isStopped = false

  const pump = async () => {
    while (queue.length > 0) {
      const most = singles > 0 ? { ...limits, records: 1 } : limits
      const cut = apart > 0 ? cutTopic(queue, most) : cutBatch(queue, most)
      queue = cut.rest
      const batch = cut.batch.filter(({ isSettled }) => !isSettled)
      if (batch.length > 0) await send(batch)
      metrics.queuedRecords.set(queue.length)
    }
    pumping = undefined
  }

  const send = async (batch: Entry[]) => {
    metrics.batchRecords.observe(batch.length)
    const isApart = apart > 0
    if (isApart) apart -= 1
    if (singles > 0) singles -= 1
    let missing = batch
    try {
      sender ??= await connect()
      const acknowledged = await sender.send(batch)
      const isAcknowledged = ({ topic, partition }: Entry) =>
        acknowledged.has(partitionName({ topic, partition }))
      for (const entry of batch) if (isAcknowledged(entry)) entry.settle()
      missing = batch.filter((entry) => !isAcknowledged(entry))
      if (acknowledged.size > 0) metrics.lastAcknowledged.setToCurrentTime()
      if (missing.length > 0)
        throw new Error(`${missing.length} of ${batch.length} records were not acknowledged`)
      failures = 0
      state = 'open'
      acknowledgements += 1
      if (suspects.size > 0) for (const { topic } of batch) suspects.delete(topic)
    } catch (error) {
      await recover(missing, error, isApart ? 'apart' : 'together')
    }
  }

  const recover = async (batch: Entry[], error: unknown, sent: 'apart' | 'together') => {
    const cause = causeOf(error)
    const blame = sender === undefined ? 'brokers' : blameFor[cause]
    const mayBeTopic = blame === 'topic' || blame === 'unclear'
    failures += 1
    if (blame === 'brokers' || blame === 'unclear') state = 'failing'
    metrics.publishFailures.inc({ cause })
    logger.warn('publish failed, trying again', {
      cause,
      error: messageOf(error),
      records: batch.length,
      failures,
    })
    if (isStopped) return batch.forEach(({ settle }) => void settle(stopped()))
    if (cause === 'refused') {
      const refusal = refusalOf(batch, error)
      if (batch.length === 1) return void refusal.then(batch[0]?.settle)
      // One message the brokers will never take must not hold up the others: alone, it shows itself.
      singles = batch.length
    }
    queue = [...batch.filter(({ isSettled }) => !isSettled), ...queue]
    // A topic at fault spoils what a client knows of every topic it has seen: only a new one shows which it is.
    if (mayBeTopic || failures % failuresUntilRebuild === 0) rebuild()
    if (sent === 'apart') {
      const topic = batch[0]?.topic ?? ''
      if (blame === 'topic' || (blame === 'unclear' && isConvicted(topic))) return turnAway(topic, error)
    } else if (mayBeTopic) apart = new Set(batch.map(({ topic }) => topic)).size
    await sleep(Math.min(50 * 2 ** failures, 1000))
  }

  const rebuild = () => {
    sender?.abandon()
    sender = undefined
    metrics.producersRebuilt.inc()
  }

  /** Whether others were taken since it first failed alone. If none was, they go first now. */
  const isConvicted = (topic: string): boolean => {
    const since = suspects.get(topic)
    if (since !== undefined && acknowledgements > since) return suspects.delete(topic)
    suspects.set(topic, acknowledgements)
    queue = [
      ...queue.filter((entry) => entry.topic !== topic),
      ...queue.filter((entry) => entry.topic === topic),
    ]
    return false
  }

  const turnAway = (topic: string, error: unknown) => {
    const refusal = takeOut(topic, error)
    for (const entry of queue) if (entry.topic === topic) entry.settle(refusal)
    queue = queue.filter(({ isSettled }) => !isSettled)
  }

  return {
    enqueue: (entry) => {
      queue.push(entry)
      pumping ??= pump()
    },
    state: () => state,
    stop: async () => {
      isStopped = true
      for (const entry of queue) entry.settle(stopped())
      await pumping
      await sender?.close()
    },
  }
}

/** The topic of the first message alone; what stays of it goes behind the others. */
const cutTopic = (queue: readonly Entry[], limits: BatchLimits): { batch: Entry[]; rest: Entry[] } => {
  const first = queue[0]?.topic
  const { batch, rest } = cutBatch(
    queue.filter(({ topic }) => topic === first),
    limits,
  )
  return { batch, rest: [...queue.filter(({ topic }) => topic !== first), ...rest] }
}

export const stopped = (): RetriableError => new RetriableError('the ingress is stopping')
