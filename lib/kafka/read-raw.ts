import { createHash } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { type LogMessage, type ReadLogOptions, readLog } from './log-reader.ts'

/** The fields of a record that its body needs. */
export interface RecordWithRaw {
  delivery: { id: string; body_sha256: string; raw_chunks: number | null; received_at: number }
  raw: Buffer
}

/** Chunks of a body do not exist any more, or do not make the body. */
export class BodyGoneError extends Error {
  override readonly name = 'BodyGoneError'
}

/** The time for a body was over before all chunks were compared with it, although the brokers answered. */
export class BodySearchTimeoutError extends Error {
  override readonly name = 'BodySearchTimeoutError'
}

/** The clocks of the ingress and of the brokers may differ by this, in milliseconds. */
const clockDifferenceMs = 60_000

/** Brokers that have sent a chunk this short a time ago are no outage, in milliseconds. */
const answeredMs = 10_000

/**
 * Reads the exact body of a record, also if the body was too large for the record and was published in
 * chunks. It looks first among the chunks that were published since the record was received, and then among
 * all of them, because the clock of the ingress may have been wrong.
 *
 * @param chunksTopic `gitlab.raw-chunks`, with the prefix of the cluster
 * @throws BodyGoneError if a chunk is missing or the chunks do not make the body; BodySearchTimeoutError if
 *   the signal is aborted while the brokers send chunks; the reason of the signal if it is aborted otherwise;
 *   the error of a broker that does not answer
 */
export const readRaw = async (
  { delivery, raw }: RecordWithRaw,
  kafka: Kafka,
  chunksTopic: string,
  signal: AbortSignal,
): Promise<Buffer> => {
  const { raw_chunks: count } = delivery
  if (count === null) return raw
  const open = (from: ReadLogOptions['from']) =>
    readLog(kafka, { topics: [chunksTopic], from, to: 'now', signal })
  return await findBody(delivery, count, open, signal)
}

/** As `readRaw`. @param open reads the chunks, and ends early when the signal is aborted */
export const findBody = async (
  delivery: RecordWithRaw['delivery'],
  count: number,
  open: (from: number | 'beginning') => AsyncIterable<LogMessage>,
  signal: AbortSignal,
): Promise<Buffer> => {
  const { id, body_sha256, received_at } = delivery
  let answeredAt = Number.NEGATIVE_INFINITY
  const onMessage = () => {
    answeredAt = performance.now()
  }
  let chunks = await readChunks(delivery, count, open(received_at - clockDifferenceMs), onMessage)
  if (chunks.size < count && !signal.aborted)
    chunks = await readChunks(delivery, count, open('beginning'), onMessage)
  const found = `${chunks.size} of ${count} pieces of the body of ${id} were found`
  if (chunks.size < count && signal.aborted && performance.now() - answeredAt < answeredMs)
    throw new BodySearchTimeoutError(`${found} in the time for it`)
  signal.throwIfAborted()
  if (chunks.size < count) throw new BodyGoneError(found)
  const body = Buffer.concat([...chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk))
  if (createHash('sha256').update(body).digest('hex') !== body_sha256)
    throw new BodyGoneError(`the pieces of the body of ${id} do not give it`)
  return body
}

const readChunks = async (
  { id, body_sha256 }: RecordWithRaw['delivery'],
  count: number,
  log: AsyncIterable<LogMessage>,
  onMessage: () => void,
): Promise<Map<number, Buffer>> => {
  const chunks = new Map<number, Buffer>()
  for await (const { key, value, headers } of log) {
    onMessage()
    // The same hook may also have been cut for another size limit, or sent again with another body.
    const isOurs =
      key === id && headers['body-sha256'] === body_sha256 && Number(headers['chunk-count']) === count
    if (isOurs && value !== null) chunks.set(Number(headers['chunk-index']), value)
    if (chunks.size === count) break
  }
  return chunks
}
