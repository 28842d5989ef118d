import type { Hook } from '../hook.ts'
import { TopicUnavailableError } from '../publish/topic-unavailable-error.ts'
import type { Encoded, EncodeStage, OutgoingMessage } from './encode.ts'
import { type Normalised, normalise } from './normalise.ts'

/** A record no larger than its topic takes, and the pieces of its body that must be there before it. */
export interface Fitted extends Encoded {
  chunks: OutgoingMessage[]
}

/** @throws TopicUnavailableError where the body must go in pieces, and the topic of pieces takes none */
export type Fit = (hook: Hook, normalised: Normalised) => Fitted

/** What a message takes on the wire beside its value, at most: key, headers and the frame around them. */
const overheadBytes = 4096

/** Less is no piece: a body would go in thousands. */
const minChunkBytes = 1024

/**
 * Clusters that take less than GitLab sends get the body in pieces; nothing is cut off.
 *
 * @param maxBytesOf the most one record on a topic may take; undefined of a topic that was never seen
 */
export const createFit = (
  encode: EncodeStage,
  maxBytesOf: (topic: string) => number | undefined,
  chunksTopic: string,
): Fit => {
  // On a topic that was never seen nothing can be published, of whatever size.
  const fits = ({ message }: Encoded) =>
    message.value.length + overheadBytes <= (maxBytesOf(message.topic) ?? Number.POSITIVE_INFINITY)

  const maxChunkBytesFor = (topic: string): number => {
    const maxBytes = maxBytesOf(chunksTopic)
    if (maxBytes === undefined)
      throw new TopicUnavailableError(topic, `nothing is known of ${chunksTopic}, where pieces of a body go`)
    if (maxBytes < overheadBytes + minChunkBytes)
      throw new TopicUnavailableError(topic, `${chunksTopic} takes only ${maxBytes} bytes`)
    return maxBytes - overheadBytes
  }

  const withoutBody = (hook: Hook, { event, record }: Normalised, chunkCount: number): Encoded =>
    encode(hook, {
      event,
      record: { ...record, delivery: { ...record.delivery, raw_chunks: chunkCount }, raw: Buffer.alloc(0) },
    })

  return (hook, normalised) => {
    const whole = encode(hook, normalised)
    if (fits(whole)) return { ...whole, chunks: [] }
    const chunks = chunksOf(hook, normalised, chunksTopic, maxChunkBytesFor(whole.message.topic))
    const light = withoutBody(hook, normalised, chunks.length)
    if (fits(light)) return { ...light, chunks }
    const detail = `${normalised.event} of ${light.message.value.length} bytes without its body; the topic takes ${maxBytesOf(light.message.topic)}`
    const quarantine = { reason: 'too_large', detail } as const
    const bare = normalise(hook, {
      event: 'quarantine',
      name: normalised.event,
      by: 'body',
      body: {},
      quarantine,
    })
    return { ...withoutBody(hook, bare, chunks.length), chunks }
  }
}

const chunksOf = (
  { id, body, receivedAt }: Hook,
  { record }: Normalised,
  topic: string,
  maxChunkBytes: number,
): OutgoingMessage[] => {
  const count = Math.ceil(body.length / maxChunkBytes)
  // Evenly: pieces of one body that are as many are the same, whatever limits they were cut for. Those of two attempts may mix.
  const chunkBytes = Math.ceil(body.length / count)
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: id,
    value: body.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    headers: {
      'chunk-index': String(index),
      'chunk-count': String(count),
      'body-sha256': record.delivery.body_sha256,
    },
    timestamp: String(receivedAt),
  }))
}
