import kafkajs, { type EachBatchHandler, type EachBatchPayload, type KafkaMessage, type OffsetsByTopicPartition } from 'kafkajs'
import { messageOf, RetriableError } from '../lib/errors.ts'
import { nameOf } from '../lib/offsets.ts'
import type { Breaker } from './breaker.ts'
import type { Message } from './consumer.ts'
import { askGroup, GroupError } from './group-error.ts'
import type { Handle, RunContext } from './middleware/chain.ts'
import { failuresMetadata, GapError, type Positions } from './positions.ts'

export interface EachBatchOptions {
  handle: Handle
  /** Most messages of one call. */
  batchSize: number
  breaker: Breaker
  positions: Positions
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
 */
export const createEachBatch =
  ({ handle, batchSize, breaker, positions, stopping, signal, onGap }: EachBatchOptions): EachBatchHandler =>
  async (payload) => {
    const { topic, partition, messages } = payload.batch
    const place = { topic, partition }
    const origin = nameOf(place)

    let talkAt = performance.now() + talkEveryMs
    const run = async (calls: Message[][]): Promise<void> => {
      const mayGoOn = () => payload.isRunning() && !payload.isStale() && !stopping.aborted && breaker.state() !== 'open'
      for (let call = calls.shift(); call !== undefined && mayGoOn(); call = calls.shift()) {
        const [first] = call
        if (first === undefined) continue
        let count: number
        try {
          count = (await handle(call, contextOf(payload, positions, first, { stopping, signal }))).length
        } catch (error) {
          if (error instanceof GroupError) throw error
          if (stopping.aborted) return
          // Several that failed together come back one by one; an outage waits with all of them.
          if (call.length === 1 || error instanceof RetriableError) return breaker.trip(origin, error)
          calls.unshift(...call.map((message) => [message]))
          continue
        }
        const { offset } = call[count - 1] ?? first
        breaker.succeed(origin)
        positions.advance(place, Number(offset) + 1)
        payload.resolveOffset(offset)
        if (count < call.length) calls.unshift(call.slice(count))
        // The client's own intervals are longer than this: asking it after every message would only cost.
        if (performance.now() < talkAt) continue
        talkAt = performance.now() + talkEveryMs
        await askGroup(payload.heartbeat)
        await askGroup(() => payload.commitOffsetsIfNecessary())
      }
    }

    try {
      await positions.verify(place, Number(messages[0]?.offset))
      await run(callsOf(topic, partition, messages, batchSize))
    } catch (error) {
      if (error instanceof GapError) return onGap(error)
      throw ofTheClient(error instanceof GroupError ? error.cause : error)
    }
  }

/** How often the group is told that we are alive and where we are, between calls, in milliseconds. */
const talkEveryMs = 250

const contextOf = (
  payload: EachBatchPayload,
  positions: Positions,
  { topic, partition, offset }: Message,
  signals: Pick<RunContext, 'stopping' | 'signal'>,
): RunContext => ({
  ...signals,
  heartbeat: () => askGroup(payload.heartbeat),
  failures: () => positions.failuresAt({ topic, partition }, Number(offset)),
  rememberFailures: (failures) => {
    positions.setFailures({ topic, partition }, Number(offset), failures)
    // The client passes metadata on, though its types do not know it; its other way to commit would lose it at the next commit.
    const commit = { partition, offset, metadata: failuresMetadata(failures) }
    const offsets: OffsetsByTopicPartition = { topics: [{ topic, partitions: [commit] }] }
    return askGroup(() => payload.commitOffsetsIfNecessary(offsets))
  },
})

/** The messages in portions of at most `size`. */
const callsOf = (topic: string, partition: number, messages: readonly KafkaMessage[], size: number): Message[][] => {
  const calls: Message[][] = []
  for (let start = 0; start < messages.length; start += size) {
    calls.push(
      messages
        .slice(start, start + size)
        .map(({ offset, timestamp, key, value, headers = {} }) => ({ topic, partition, offset, timestamp, key, value, headers })),
    )
  }
  return calls
}

const ofTheClient = (error: unknown): Error =>
  error instanceof kafkajs.KafkaJSError ? error : new kafkajs.KafkaJSError(messageOf(error), { retriable: true })
