import { createHash } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { readLog } from '../../../lib/kafka/log-reader.ts'

/** As far as the body of a record is concerned. */
export interface RecordWithRaw {
  delivery: { id: string; body_sha256: string; raw_chunks: number | null }
  raw: Buffer
}

/**
 * The exact body of a record, also where it was too large to travel in it.
 * Reads the whole topic of pieces, as far as it goes now.
 *
 * @param chunksTopic `gitlab.raw-chunks`, with the prefix of the cluster
 * @throws Error where the pieces are not all there any more, or do not give the body;
 *   the signal's reason where it is aborted
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
    // The same hook may have been cut for another limit, too, and have been sent again with another body.
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
