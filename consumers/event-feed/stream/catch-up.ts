import { readLog } from '../../../lib/kafka/log-reader.ts'
import { type ItemSource, readItem } from '../log/read-items.ts'
import { partitionsOf } from '../position/resume.ts'
import type { FeedClient } from './client.ts'
import type { Stream } from './stream.ts'

export interface CatchUpOptions {
  source: ItemSource
  /** Runs a reading of the log when it is its turn: only some run at a time. */
  takeTurn<T>(reading: () => Promise<T>): Promise<T>
  onSent(events: number): void
}

/** How much may wait for a client before reading goes on, in bytes. */
const highWater = 256 * 1024

const itemsPerWrite = 100
/** A client that reads nothing for so long is disconnected, in milliseconds: others wait for its turn. */
const stalledMs = 15_000

const waitForClient = async (stream: Stream): Promise<void> => {
  const timer = setTimeout(() => stream.end('slow'), stalledMs)
  await stream.output.drained()
  clearTimeout(timer)
}

/**
 * Brings a stream from its offsets to the newest item in memory: from the log, as long as it needs records
 * that are no longer in memory, and then from memory. When it resolves, the stream is live or has ended.
 */
export const catchUp = async (stream: Stream, options: CatchUpOptions): Promise<void> => {
  while (!stream.ended.aborted) {
    if (needsLog(stream)) await options.takeTurn(() => readFromLog(stream, options))
    else if (await readFromMemory(stream, options.onSent)) return
  }
}

const needsLog = ({ client, generation: { recent } }: Stream): boolean =>
  client.coverage.indexes.some((index, slot) => (client.next[slot] ?? 0) < (recent.from[index] ?? 0))

const readFromLog = async (stream: Stream, { source, onSent }: CatchUpOptions): Promise<void> => {
  const { client, output, generation, ended } = stream
  if (ended.aborted) return
  const { coverage } = client
  // The memory may forget more while the log is read, and what it forgets then is not read here.
  const inMemoryFrom = generation.recent.from.slice()
  const from = partitionsOf(generation.layout, coverage).map(({ topic, partition }, slot) => ({
    ...{ topic, partition },
    offset: client.next[slot] ?? 0,
  }))
  const log = readLog(source.kafka, { topics: coverage.topics, from, to: 'now', signal: ended })
  for await (const message of log) {
    const item = await readItem(source, generation.layout, message)
    if (item === undefined) continue
    client.offer(item)
    onSent(client.flush())
    if (output.waiting() > highWater) await waitForClient(stream)
  }
  if (!ended.aborted) passGaps(client, inMemoryFrom)
}

/** The last offsets before the memory may hold no record, for example where Kafka has compacted. */
const passGaps = ({ coverage, next }: FeedClient, inMemoryFrom: Float64Array): void => {
  for (const [slot, index] of coverage.indexes.entries()) {
    const from = inMemoryFrom[index] ?? 0
    if ((next[slot] ?? 0) < from) next[slot] = from
  }
}

/** @returns whether the stream is live now; false if the memory no longer holds what comes next */
const readFromMemory = async (stream: Stream, onSent: (events: number) => void): Promise<boolean> => {
  const { client, output, generation, ended } = stream
  const { recent } = generation
  let cursor = recent.tail()
  while (cursor < recent.head()) {
    if (cursor < recent.tail()) return false
    const item = recent.at(cursor)
    if (item !== undefined) client.offer(item)
    cursor += 1
    const isLarge = (item?.size ?? 0) > highWater
    if (cursor % itemsPerWrite !== 0 && cursor < recent.head() && !isLarge) continue
    onSent(client.flush())
    if (output.waiting() > highWater) await waitForClient(stream)
    if (ended.aborted) return true
  }
  client.setTime(generation.time)
  stream.cursor = cursor
  stream.state = 'live'
  return true
}
