import type { Encoded, EncodeStage, OutgoingMessage } from './encode.ts'
import type { Hook } from './hook.ts'
import { type Normalised, normalise } from './normalise.ts'

/** A record no larger than its topic takes, and the pieces of its body that must be there before it. */
export interface Fitted extends Encoded {
  chunks: OutgoingMessage[]
}

/** @param maxBytesOf the most one record on a topic may take */
export type Fit = (hook: Hook, normalised: Normalised) => Fitted

/** What a message takes on the wire beside its value, at most: key, headers and the frame around them. */
const overheadBytes = 4096

/** Clusters that take less than GitLab sends get the body in pieces; nothing is cut off. */
export const createFit = (encode: EncodeStage, maxBytesOf: (topic: string) => number, chunksTopic: string): Fit => {
  const fits = ({ message }: Encoded) => message.value.length + overheadBytes <= maxBytesOf(message.topic)

  const withoutBody = (hook: Hook, { event, record }: Normalised, chunkCount: number): Encoded =>
    encode(hook, { event, record: { ...record, delivery: { ...record.delivery, raw_chunks: chunkCount }, raw: Buffer.alloc(0) } })

  return (hook, normalised) => {
    const whole = encode(hook, normalised)
    if (fits(whole)) return { ...whole, chunks: [] }
    const chunks = chunksOf(hook, chunksTopic, maxBytesOf(chunksTopic) - overheadBytes)
    const light = withoutBody(hook, normalised, chunks.length)
    if (fits(light)) return { ...light, chunks }
    const detail = `${normalised.event} of ${light.message.value.length} bytes without its body; the topic takes ${maxBytesOf(light.message.topic)}`
    const quarantine = { reason: 'too_large', detail } as const
    const bare = normalise(hook, { event: 'quarantine', name: normalised.event, by: 'body', body: {}, quarantine })
    return { ...withoutBody(hook, bare, chunks.length), chunks }
  }
}

const chunksOf = ({ id, body, receivedAt }: Hook, topic: string, chunkBytes: number): OutgoingMessage[] => {
  const count = Math.ceil(body.length / chunkBytes)
  return Array.from({ length: count }, (_, index) => ({
    topic,
    key: id,
    value: body.subarray(index * chunkBytes, (index + 1) * chunkBytes),
    headers: { 'chunk-index': String(index), 'chunk-count': String(count) },
    timestamp: String(receivedAt),
  }))
}
