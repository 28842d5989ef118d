import { createHash } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { readLog } from '../../../lib/kafka/log-reader.ts'

/** The fields of a record that its body needs. */
export interface RecordWithRaw {
  delivery: { id: string; body_sha256: string; raw_chunks: number | null }
  raw: Buffer
}

/**
 * Reads the exact body of a record, also if the body was too large for the record and was published in
 * chunks. Then it reads the whole topic of chunks, up to its present end.
 *
 * @param chunksTopic `gitlab.raw-chunks`, with the prefix of the cluster
 * @throws Error if a chunk is missing or the chunks do not make the body; the reason of the signal if it is
 *   aborted
 */
export const readRaw = async (
  { delivery: { id, body_sha256, raw_chunks }, raw }: RecordWithRaw,
  kafka: Kafka,
  chunksTopic: string,
  signal: AbortSignal,
): Promise<Buffer> => {
  if (raw_chunks === null) return raw
  const pieces = new Map<number, Buffer>()
  for await (const { key, value, headers } of readLog(kafka, {
    topics: [chunksTopic],
    from: 'beginning',
    to: 'now',
    signal,
  })) {
    // The same hook may also have been cut for another size limit, or sent again with another body.
    const isOurs =
      key === id && headers['body-sha256'] === body_sha256 && Number(headers['chunk-count']) === raw_chunks
    if (isOurs && value !== null) pieces.set(Number(headers['chunk-index']), value)
    if (pieces.size === raw_chunks) break
  }
  if (pieces.size < raw_chunks) {
    signal.throwIfAborted()
    throw new Error(`${pieces.size} of ${raw_chunks} pieces of the body of ${id} were found`)
  }
  const body = Buffer.concat([...pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece))
  if (createHash('sha256').update(body).digest('hex') !== body_sha256)
    throw new Error(`the pieces of the body of ${id} do not give it`)
  return body
}
