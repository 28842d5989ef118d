import type { Kafka } from 'kafkajs'
import { readLog } from './log-reader.ts'

/** As far as the body of a record is concerned. */
export interface RecordWithRaw {
  delivery: { id: string; raw_chunks: number | null }
  raw: Buffer
}

/**
 * The exact body of a record, also where it was too large to travel in it.
 *
 * @param chunksTopic `gitlab.raw-chunks`, with the prefix of the cluster
 * @throws Error where the pieces are not all there any more
 */
export const readRaw = async (
  { delivery, raw }: RecordWithRaw,
  kafka: Kafka,
  chunksTopic: string,
  signal: AbortSignal,
): Promise<Buffer> => {
  if (delivery.raw_chunks === null) return raw
  const chunks = new Map<number, Buffer>()
  for await (const { key, value, headers } of readLog(kafka, { topics: [chunksTopic], from: 'beginning', signal })) {
    if (key !== delivery.id || value === null) continue
    chunks.set(Number(headers['chunk-index']), value)
    if (chunks.size === delivery.raw_chunks) break
  }
  if (chunks.size < delivery.raw_chunks)
    throw new Error(`${chunks.size} of ${delivery.raw_chunks} pieces of the body of ${delivery.id} were found`)
  return Buffer.concat([...chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk))
}
