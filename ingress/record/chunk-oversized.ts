import type { Hook } from '../hook.ts'
import type { Encoded, OutgoingMessage } from './encode.ts'
import type { Normalised } from './normalise.ts'
import type { QuarantineCause } from './quarantine-cause.ts'

/**
 * What to do with a record that is larger than its topic accepts. Nothing is cut off: the body goes to the
 * topic of chunks, and the record goes without it. (This is the claim check pattern.)
 */
export interface ChunkOversized {
  /** Whether the topic of the message accepts its size. */
  fits(message: OutgoingMessage): boolean
  /**
   * Cuts the body. The chunks must be acknowledged before the record that refers to them is published.
   *
   * @returns the chunks, or one sentence that says why the topic of chunks accepts none
   */
  chunksOf(hook: Hook, normalised: Normalised): OutgoingMessage[] | { problem: string }
  /** The cause for a record that does not fit even without its body. */
  tooLarge(encoded: Encoded): QuarantineCause
}

/** Upper limit for the bytes of a message beside its value: key, headers and framing. */
const overheadBytes = 4096

/** With smaller chunks one body would become thousands of messages. */
const minChunkBytes = 1024

/**
 * @param maxBytesOf how large a record a topic accepts, in bytes; undefined if its limit has never been read
 * @param chunksTopic the topic of chunks
 */
export const createChunkOversized = (
  maxBytesOf: (topic: string) => number | undefined,
  chunksTopic: string,
): ChunkOversized => ({
  // A topic without a known limit is unavailable: no record of any size can be published to it.
  fits: ({ topic, value }) => value.length + overheadBytes <= (maxBytesOf(topic) ?? Number.POSITIVE_INFINITY),
  chunksOf: (hook, { record }) => {
    const maxBytes = maxBytesOf(chunksTopic)
    if (maxBytes === undefined)
      return { problem: `the body must be sent in chunks, but the topic ${chunksTopic} has not been seen` }
    if (maxBytes < overheadBytes + minChunkBytes)
      return { problem: `the body must be sent in chunks, but ${chunksTopic} accepts only ${maxBytes} bytes` }
    return cutBody(hook, record.delivery.body_sha256, chunksTopic, maxBytes - overheadBytes)
  },
  tooLarge: ({ event, message }) => ({
    reason: 'too_large',
    detail:
      `${event} of ${message.value.length} bytes without its body; ` +
      `its topic accepts at most ${maxBytesOf(message.topic)} bytes`,
  }),
})

/** The record that is published when its body has gone to the topic of chunks. */
export const withoutBody = ({ event, record }: Normalised, chunkCount: number): Normalised => ({
  event,
  record: { ...record, delivery: { ...record.delivery, raw_chunks: chunkCount }, raw: Buffer.alloc(0) },
})

const cutBody = (
  { id, body, receivedAt }: Hook,
  sha256: string,
  topic: string,
  maxChunkBytes: number,
): OutgoingMessage[] => {
  const count = Math.ceil(body.length / maxChunkBytes)
  // All chunks have about the same size. So two attempts that make equally many chunks make the same chunks,
  // even if the limit of the topic has changed, and a reader may mix the chunks of both.
  const chunkBytes = Math.ceil(body.length / count)
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: id,
    value: body.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    headers: {
      'chunk-index': String(index),
      'chunk-count': String(count),
      'body-sha256': sha256,
    },
    timestamp: String(receivedAt),
  }))
}
