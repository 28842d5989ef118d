import { createHash } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { type ReadLogOptions, readLog } from './log-reader.ts'

/** The fields of a record that its body needs. */
export interface RecordWithRaw {
  delivery: { id: string; body_sha256: string; raw_chunks: number | null; received_at: number }
  raw: Buffer
}

/** Chunks of a body do not exist any more, or do not make the body. */
export class BodyGoneError extends Error {
  override readonly name = 'BodyGoneError'
}

/** The clocks of the ingress and of the brokers may differ by this, in milliseconds. */
const clockDifferenceMs = 60_000

/**
 * Reads the exact body of a record, also if the body was too large for the record and was published in
 * chunks. It looks first among the chunks that were published since the record was received, and then among
 * all of them, because the clock of the ingress may have been wrong.
 *
 * @param chunksTopic `gitlab.raw-chunks`, with the prefix of the cluster
 * @throws BodyGoneError if a chunk is missing or the chunks do not make the body; the reason of the signal if
 *   it is aborted; the error of a broker that does not answer
 */
export const readRaw = async (
  { delivery, raw }: RecordWithRaw,
  kafka: Kafka,
  chunksTopic: string,
  signal: AbortSignal,
): Promise<Buffer> => {
  const { id, body_sha256, raw_chunks: count } = delivery
  if (count === null) return raw
  const read = (from: ReadLogOptions['from']) =>
    readChunks(delivery, count, readLog(kafka, { topics: [chunksTopic], from, to: 'now', signal }))
  let chunks = await read(delivery.received_at - clockDifferenceMs)
  if (chunks.size < count) chunks = await read('beginning')
  signal.throwIfAborted()
  if (chunks.size < count)
    throw new BodyGoneError(`${chunks.size} of ${count} pieces of the body of ${id} were found`)
  const body = Buffer.concat([...chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk))
  if (createHash('sha256').update(body).digest('hex') !== body_sha256)
    throw new BodyGoneError(`the pieces of the body of ${id} do not give it`)
  return body
}

const readChunks = async (
  { id, body_sha256 }: RecordWithRaw['delivery'],
  count: number,
  log: ReturnType<typeof readLog>,
): Promise<Map<number, Buffer>> => {
  const chunks = new Map<number, Buffer>()
  for await (const { key, value, headers } of log) {
    // The same hook may also have been cut for another size limit, or sent again with another body.
    const isOurs =
      key === id && headers['body-sha256'] === body_sha256 && Number(headers['chunk-count']) === count
    if (isOurs && value !== null) chunks.set(Number(headers['chunk-index']), value)
    if (chunks.size === count) break
  }
  return chunks
}
