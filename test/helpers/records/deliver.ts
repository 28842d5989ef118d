import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Hook } from '../../../ingress/hook.ts'
import { createChunkOversized } from '../../../ingress/record/chunk-oversized.ts'
import { type Classified, classify } from '../../../ingress/record/classify.ts'
import {
  createEncodeStage,
  type Encoded,
  type Encoders,
  type EncodeStage,
} from '../../../ingress/record/encode.ts'
import { type Normalised, normalise } from '../../../ingress/record/normalise.ts'
import { createPrepare } from '../../../ingress/record/prepare.ts'
import { createDecoder, createEncoder } from '../../../lib/avro/codec.ts'
import { catalogue, type EventType, eventTypes } from '../../../schemas/catalogue.ts'
import { typeOfShape } from '../../../schemas/load.ts'
import { createNames } from '../../../schemas/topics.ts'

export const receivedAt = Date.parse('2026-06-01T12:00:00Z')

/** A hook as `receive` passes it to `deliver`. */
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

/** Schema ids as a registry could give them: the place of the event in the catalogue. */
export const schemaIdOf = (event: EventType): number => eventTypes.indexOf(event) + 1

export const encoders = Object.fromEntries(
  eventTypes.map((event) => [event, createEncoder(typeOfShape(catalogue[event].schema), schemaIdOf(event))]),
) as unknown as Encoders

export const encode = createEncodeStage(encoders, createNames(''))

/** The stages before Kafka. `maxBytesOf` is how many bytes a topic accepts; undefined: it was never seen. */
export const preparing = (
  maxBytesOf: (topic: string) => number | undefined,
  encodeStage: EncodeStage = encode,
) =>
  createPrepare({
    encode: encodeStage,
    chunkOversized: createChunkOversized(maxBytesOf, 'gitlab.raw-chunks'),
  })

/** Encodes every event but a push, which its encoder does not accept. */
export const brokenPushEncoder = createEncodeStage(
  { ...encoders, push: () => assert.fail('fifteen is not a number') },
  createNames(''),
)

const prepare = preparing(() => Number.POSITIVE_INFINITY)

const typeOf = async (id: number) => typeOfShape(catalogue[eventTypes[id - 1] ?? 'unknown'].schema)

/** The record as a consumer reads it. */
export const decode = createDecoder(typeOf, (writer) => writer) as (
  value: Buffer,
) => Promise<Record<string, unknown>>

export interface Delivered extends Encoded {
  classified: Classified
  normalised: Normalised
  decoded: Record<string, unknown> & { delivery: Normalised['record']['delivery']; raw: Buffer }
}

/** Takes one hook through every stage between authentication and Kafka, and decodes it as a consumer does. */
export const deliver = async (hook: Hook): Promise<Delivered> => {
  const classified = classify(hook)
  const normalised = normalise(hook, classified)
  const { event, message } = prepare(hook)
  return {
    classified,
    normalised,
    event,
    message,
    decoded: (await decode(message.value)) as Delivered['decoded'],
  }
}
