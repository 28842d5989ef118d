import { randomUUID } from 'node:crypto'
import type { Hook } from '../../../ingress/hook.ts'
import { type Classified, classify } from '../../../ingress/record/classify.ts'
import { createEncodeStage, type Encoded, type Encoders } from '../../../ingress/record/encode.ts'
import { type Normalised, normalise } from '../../../ingress/record/normalise.ts'
import { createDecoder, createEncoder } from '../../../lib/avro/codec.ts'
import { catalogue, type EventType, eventTypes } from '../../../schemas/catalogue.ts'
import { typeOfShape } from '../../../schemas/load.ts'
import { createNames } from '../../../schemas/topics.ts'

export const receivedAt = Date.parse('2026-06-01T12:00:00Z')

/** A hook as the door hands it on. */
export const hookOf = (
  body: Buffer | string | object,
  headers: Hook['headers'] = {},
  others: Partial<Hook> = {},
): Hook => ({
  id: randomUUID(),
  source: 'default',
  receivedAt,
  headers,
  body: Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  ...others,
})

/** Schema ids as a registry would give them: by the place in the catalogue. */
export const schemaIdOf = (event: EventType): number => eventTypes.indexOf(event) + 1

export const encoders = Object.fromEntries(
  eventTypes.map((event) => [event, createEncoder(typeOfShape(catalogue[event].schema), schemaIdOf(event))]),
) as unknown as Encoders

export const encode = createEncodeStage(encoders, createNames(''))

const typeOf = async (id: number) => typeOfShape(catalogue[eventTypes[id - 1] ?? 'unknown'].schema)

/** Record as a consumer sees it, before anybody added anything. */
export const decode = createDecoder(typeOf, (writer) => writer) as (
  value: Buffer,
) => Promise<Record<string, unknown>>

export interface Delivered extends Encoded {
  classified: Classified
  normalised: Normalised
  decoded: Record<string, unknown> & { delivery: Normalised['record']['delivery']; raw: Buffer }
}

/** One hook through every stage between authentication and Kafka, and out again as a consumer would read it. */
export const deliver = async (hook: Hook): Promise<Delivered> => {
  const classified = classify(hook)
  const normalised = normalise(hook, classified)
  const { event, message } = encode(hook, normalised)
  return {
    classified,
    normalised,
    event,
    message,
    decoded: (await decode(message.value)) as Delivered['decoded'],
  }
}
