import kafkajs, { type EachBatchHandler, type KafkaMessage } from 'kafkajs'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { createMutex } from '../../../lib/mutex.ts'
import type { Message } from '../../consumer.ts'
import type { Breaker } from '../breaker.ts'
import type { Handle, RunContext } from '../middleware/chain.ts'
import { askGroup, GroupError } from '../middleware/group-error.ts'
import { GapError, type Positions } from '../positions/positions.ts'
import { contextOf } from './run-context.ts'

export interface EachBatchOptions {
  handle: Handle
  /** Most messages of one call. */
  batchSize: number
  breaker: Breaker
  positions: Positions
  /** Holds the partitions that are being handled. */
  inHand: Set<string>
  /** Ends the handling: `stopping` before the next call, `signal` within the one that runs. */
  stopping: AbortSignal
  signal: AbortSignal
  onGap(error: GapError): void
}

/**
 * Hands the messages of one fetched partition to the chain, in order, and moves the offset after each call.
 *
 * The client dies for good of anything thrown in here that is not its own: only its own errors get through to it, and whatever
 * else happens leaves the offset where it is.
 *
 * A message that ends the process is found by what it leaves behind: the first call in each partition that was given to this member is
 * announced to the next process. Where that finds such a word, it hands over the batch one by one and announces each attempt, one
 * partition at a time, so that no message is blamed for another.
 */
export const createEachBatch = ({
  handle,
  batchSize,
  breaker,
  positions,
  inHand,
  stopping,
  signal,
  onGap,
}: EachBatchOptions): EachBatchHandler => {
  const inTurn = createMutex()

  return async (payload) => {
    const { topic, partition, messages } = payload.batch
    const place = { topic, partition }
    const origin = partitionName(place)

    let talkAt = performance.now() + talkEveryMs
    const run = async (): Promise<void> => {
      const isSuspect = positions.standing(place) === 'suspect'
      const calls = callsOf(topic, partition, messages, isSuspect ? 1 : batchSize)
      const mayGoOn = () =>
        payload.isRunning() && !payload.isStale() && !stopping.aborted && breaker.state() !== 'open'
      const handOver = async (call: Message[], context: RunContext) => {
        if (isSuspect)
          return await inTurn(async () => {
            // The group may have begun to wait for us meanwhile: no further attempt is to keep it waiting.
            await context.heartbeat()
            return mayGoOn() ? await handle(call, context) : []
          })
        if (positions.standing(place) === 'new') {
          await context.foretell('begun')
          positions.setStanding(place, 'begun')
        }
        return await handle(call, context)
      }
      for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
        const [first] = call
        if (first === undefined) continue
        if (!mayGoOn()) return
        const context = contextOf(payload, positions, call, first, { stopping, signal, isSuspect })
        let count: number
        try {
          count = (await handOver(call, context)).length
        } catch (error) {
          const isOutage = error instanceof RetriableError
          // None of these is the message's fault: what was foretold of this attempt has not come true.
          if (error instanceof GroupError || isOutage || stopping.aborted)
            await context.rememberFailures(context.failures()).catch(() => undefined)
          if (error instanceof GroupError) throw error
          if (stopping.aborted) return
          // Several that failed together come back one by one; an outage waits with all of them.
          if (call.length === 1 || isOutage) return breaker.trip(origin, error)
          calls.unshift(...call.map((message) => [message]))
          continue
        }
        const last = call[count - 1]
        if (last === undefined) return
        const { offset } = last
        breaker.succeed(origin)
        // What comes behind the last message is no message: a transaction's end, or one that was taken back.
        positions.advance(
          place,
          Number(offset === messages.at(-1)?.offset ? payload.batch.lastOffset() : offset) + 1,
        )
        payload.resolveOffset(offset)
        if (count < call.length) calls.unshift(call.slice(count))
        // The client's own intervals are longer than this: asking it after every message would only cost.
        if (performance.now() < talkAt) continue
        talkAt = performance.now() + talkEveryMs
        await askGroup(payload.heartbeat)
        await askGroup(() => payload.commitOffsetsIfNecessary())
      }
      if (isSuspect) positions.setStanding(place, 'begun')
    }

    inHand.add(origin)
    try {
      await positions.verify(place, Number(messages[0]?.offset))
      await run()
    } catch (error) {
      if (error instanceof GapError) return onGap(error)
      throw ofTheClient(error instanceof GroupError ? error.cause : error)
    } finally {
      inHand.delete(origin)
    }
  }
}

/** How often the group is told that we are alive and where we are, between calls, in milliseconds. */
const talkEveryMs = 250

/** The messages in portions of at most `size`. */
const callsOf = (
  topic: string,
  partition: number,
  messages: readonly KafkaMessage[],
  size: number,
): Message[][] => {
  const calls: Message[][] = []
  for (let start = 0; start < messages.length; start += size) {
    calls.push(
      messages.slice(start, start + size).map(({ offset, timestamp, key, value, headers = {} }) => ({
        topic,
        partition,
        offset,
        timestamp,
        key,
        value,
        headers,
      })),
    )
  }
  return calls
}

const ofTheClient = (error: unknown): Error =>
  error instanceof kafkajs.KafkaJSError
    ? error
    : new kafkajs.KafkaJSError(messageOf(error), { retriable: true })
