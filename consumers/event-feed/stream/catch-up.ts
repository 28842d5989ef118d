import { setTimeout as sleep } from 'node:timers/promises'
import type { LogMessage, ReadLogOptions } from '../../../lib/kafka/log-reader.ts'
import { type ItemSource, readItem } from '../log/read-items.ts'
import { partitionsOf } from '../position/resume.ts'
import type { FeedClient } from './client.ts'
import type { FairQueue, Slot } from './fair-queue.ts'
import type { Stream } from './stream.ts'

export interface CatchUpOptions {
  source: ItemSource
  /** Reads the log. */
  read(options: ReadLogOptions): AsyncIterable<LogMessage>
  /** Only some streams read the log at a time. */
  queue: FairQueue
  /** Makes the stream live. It has every item in memory when this is called. */
  goLive(stream: Stream): void
  onSent(events: number): void
}

/** How much may wait for a client before reading goes on, in bytes. */
const highWater = 256 * 1024
/** Events are written together: so many bytes, or those of so many items. */
const writeBytes = 64 * 1024
const itemsPerWrite = 100
/** How much the brokers send at a time, in bytes. Most of it is read again for a client that reads slowly. */
const fetchBytes = 1024 * 1024
/** How long a stream reads the log while others wait, in milliseconds. */
const sliceMs = 2000
const pollMs = 100

/**
 * Brings a stream from its offsets to the newest item in memory: from the log, as long as it needs records
 * that are no longer in memory, and then from memory. When it resolves, the stream is live or has ended.
 */
export const catchUp = async (stream: Stream, options: CatchUpOptions): Promise<void> => {
  const { ended, caller } = stream
  while (!ended.aborted) {
    if (needsLog(stream)) await options.queue.run(caller, (slot) => readFromLog(stream, slot, options))
    else if ((await readFromMemory(stream, options)) === 'live') return
    await waitForClient(stream, () => false)
  }
}

/** Waits until little waits for the client, until the stream has ended, or until it should wait no longer. */
const waitForClient = async ({ output, ended }: Stream, isEnough: () => boolean): Promise<void> => {
  while (output.waiting() > highWater && !ended.aborted && !isEnough()) await output.drained(pollMs)
}

const needsLog = ({ client, generation: { recent } }: Stream): boolean =>
  client.coverage.indexes.some((index, slot) => (client.next[slot] ?? 0) < (recent.from[index] ?? 0))

/** Reads until the memory has what comes next, or until others wait for their turn. */
const readFromLog = async (
  stream: Stream,
  slot: Slot,
  { source, read, onSent }: CatchUpOptions,
): Promise<void> => {
  const { client, output, generation, ended } = stream
  if (ended.aborted) return
  const { coverage } = client
  // The memory may forget more while the log is read, and what it forgets then is not read here.
  const inMemoryFrom = generation.recent.from.slice()
  const from = partitionsOf(generation.layout, coverage).map(({ topic, partition }, slot) => ({
    ...{ topic, partition },
    offset: client.next[slot] ?? 0,
  }))
  const startedAt = performance.now()
  let items = 0
  const { topics } = coverage
  for await (const message of read({ topics, from, to: 'now', signal: ended, fetchBytes })) {
    const item = await readItem(source, generation.layout, message)
    if (item === undefined) continue
    client.offer(item)
    items += 1
    if (items % itemsPerWrite === 0 || client.pending() > writeBytes) onSent(client.flush())
    if (output.waiting() > highWater) await waitForClient(stream, slot.isWanted)
    // A client that reads slowly waits without a place in the queue.
    const isOver = output.waiting() > highWater || performance.now() - startedAt > sliceMs
    if (isOver && slot.isWanted()) return onSent(client.flush())
  }
  onSent(client.flush())
  if (!ended.aborted) passGaps(client, inMemoryFrom)
}

/** The last offsets before the memory may hold no record, for example where Kafka has compacted. */
const passGaps = ({ coverage, next }: FeedClient, inMemoryFrom: Float64Array): void => {
  for (const [slot, index] of coverage.indexes.entries()) {
    const from = inMemoryFrom[index] ?? 0
    if ((next[slot] ?? 0) < from) next[slot] = from
  }
}

/** `forgotten`: the memory no longer holds what comes next. `ahead`: it does not hold it yet. */
const readFromMemory = async (
  stream: Stream,
  { onSent, goLive }: CatchUpOptions,
): Promise<'live' | 'forgotten' | 'ahead'> => {
  const { client, ended } = stream
  const { recent } = stream.generation
  for (let cursor = recent.tail(); cursor < recent.head(); ) {
    if (cursor < recent.tail()) return 'forgotten'
    const item = recent.at(cursor)
    if (item !== undefined) client.offer(item)
    cursor += 1
    if (cursor % itemsPerWrite !== 0 && cursor < recent.head() && client.pending() < writeBytes) continue
    onSent(client.flush())
    await waitForClient(stream, () => false)
    if (ended.aborted) return 'live'
  }
  if (isAhead(stream)) {
    await sleep(pollMs, undefined, { signal: ended }).catch(() => undefined)
    return 'ahead'
  }
  goLive(stream)
  return 'live'
}

/** Another process of the feed, which made the id, may have read further than this one. */
const isAhead = ({ client: { coverage, next }, generation }: Stream): boolean =>
  coverage.indexes.some((index, slot) => (next[slot] ?? 0) > (generation.next[index] ?? 0))
