import type { Encode } from '../../lib/avro/codec.ts'
import { messageOf } from '../../lib/errors.ts'
import { traceparentPattern } from '../../lib/traceparent.ts'
import { catalogue, type EventType, type Records } from '../../schemas/catalogue.ts'
import { hookHeadersOf } from '../../schemas/hook-headers.ts'
import type { KeyOf } from '../../schemas/key.ts'
import type { Names } from '../../schemas/topics.ts'
import type { Hook } from '../hook.ts'
import type { Normalised } from './normalise.ts'
import { maxDetailLength, type QuarantineCause } from './quarantine-cause.ts'
import { randomHex } from './random-hex.ts'

/** A record in the form in which Kafka stores it. */
export interface OutgoingMessage {
  topic: string
  key: string
  value: Buffer
  headers: Record<string, string>
  /** Milliseconds since 1970 as decimal text, the form that the client wants. */
  timestamp: string
}

/** One encoder for each event. Each of them knows its schema id. */
export type Encoders = { readonly [E in EventType]: Encode<Records[E]> }

/** A normalised hook as the message of its event. */
export interface Encoded {
  event: EventType
  message: OutgoingMessage
}

/** Makes the message, or says why the hook must go to quarantine: its record does not match the schema. */
export type EncodeStage = (hook: Hook, normalised: Normalised) => Encoded | QuarantineCause

export const createEncodeStage =
  (encoders: Encoders, names: Names): EncodeStage =>
  (hook, { event, record }) => {
    let value: Buffer
    try {
      value = (encoders[event] as Encode<typeof record>)(record)
    } catch (error) {
      return { reason: 'unencodable', detail: messageOf(error).slice(0, maxDetailLength) }
    }
    const key = (catalogue[event].key as KeyOf<typeof record>)(record)
    const message = {
      topic: names.topic(event),
      key,
      value,
      headers: headersOf(hook, record, key),
      timestamp: String(hook.receivedAt),
    }
    return { event, message }
  }

/**
 * CloudEvents in the binary mode of Kafka:
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 * and the headers of GitLab that no field of the record has.
 */
const headersOf = (
  { headers }: Hook,
  { delivery }: Records[EventType],
  key: string,
): Record<string, string> => ({
  ce_specversion: '1.0',
  ce_id: delivery.id,
  ce_source: delivery.instance ?? `/hooks/${delivery.source}`,
  ce_type: `com.gitlab.${delivery.event_type}`,
  ce_time: new Date(delivery.occurred_at ?? delivery.received_at).toISOString(),
  ce_subject: key,
  'content-type': 'application/avro',
  traceparent: traceparentOf(headers.traceparent),
  ...hookHeadersOf(headers),
})

/** Continues the trace of the sender, or starts one. */
const traceparentOf = (received: string | string[] | undefined): string => {
  if (typeof received === 'string' && traceparentPattern.test(received)) return received
  const random = randomHex(24)
  return `00-${random.slice(0, 32)}-${random.slice(32)}-01`
}
