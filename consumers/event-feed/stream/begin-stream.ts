import type { Offsets } from '../../../lib/kafka/offsets.ts'
import { type Generation, nextOf } from '../log/generation.ts'
import { decodeEventId } from '../position/event-id.ts'
import type { Coverage } from '../position/layout.ts'
import { compareWithLog, offsetsOf, partitionsOf, type Resume } from '../position/resume.ts'

/** Where a stream begins. */
export interface StreamStart {
  next: Float64Array
  /** Everything older counts as sent, in milliseconds since 1970. */
  time: number
  /** Undefined for a stream that begins now. */
  resume?: Resume
}

export interface BeginOptions {
  generation: Generation
  coverage: Coverage
  offsets: Pick<Offsets, 'at' | 'ends'>
}

/** An id that this feed cannot have made. */
export class UnknownIdError extends Error {
  override readonly name = 'UnknownIdError'
}

/** @throws UnknownIdError; the error of brokers that do not answer */
export const beginById = async (id: string, options: BeginOptions): Promise<StreamStart> => {
  const decoded = decodeEventId(id)
  if (decoded === undefined) throw new UnknownIdError('the id of the last event is not one of this feed')
  const { coverage, generation } = options
  const offsets = offsetsOf(decoded, coverage)
  if ('basis' in offsets) return await beginAt(offsets, options)
  const { recent, next } = generation
  const isInMemory = coverage.indexes.every((index, slot) => {
    const offset = offsets[slot] ?? 0
    return offset >= (recent.from[index] ?? 0) && offset <= (next[index] ?? 0)
  })
  const { time } = decoded
  if (isInMemory) return { next: offsets, time, resume: { basis: 'offset', next: offsets, missing: [] } }
  const places = partitionsOf(generation.layout, coverage)
  const ends = await endsOf(options)
  const resume = compareWithLog(decoded, offsets, ends, places)
  return resume.basis === 'time' ? await beginAt(resume, options) : { next: resume.next, time, resume }
}

/** @param since milliseconds since 1970 */
export const beginSince = async (since: number, options: BeginOptions): Promise<StreamStart> => ({
  next: await nextSince(since, options),
  time: since,
})

export const beginNow = ({ generation, coverage }: BeginOptions): StreamStart => ({
  next: Float64Array.from(coverage.indexes, (index) => generation.next[index] ?? 0),
  time: generation.time,
})

const beginAt = async (
  resume: Extract<Resume, { basis: 'time' }>,
  options: BeginOptions,
): Promise<StreamStart> => ({ next: await nextSince(resume.since, options), time: resume.since, resume })

const nextSince = async (since: number, { generation, coverage, offsets }: BeginOptions) => {
  const next = nextOf(generation.layout, await offsets.at(coverage.topics, since))
  return Float64Array.from(coverage.indexes, (index) => next[index] ?? 0)
}

const endsOf = async ({ generation, coverage, offsets }: BeginOptions) => {
  const ends = await offsets.ends(coverage.topics)
  const byIndex = new Map(ends.map((end) => [generation.layout.indexOf(end.topic, end.partition), end]))
  return coverage.indexes.map((index) => {
    const { low = 0, high = 0 } = byIndex.get(index) ?? {}
    return { low, high }
  })
}
