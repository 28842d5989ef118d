import { deliveryIdOf, forwardedHeaders, type Hook } from '../../ingress/hook.ts'
import { classifyUnparsed } from '../../ingress/record/classify.ts'
import { createEncodeStage } from '../../ingress/record/encode.ts'
import { createEncoders, type IdOfEvent } from '../../ingress/record/encoders.ts'
import { isLargeBody } from '../../ingress/record/large-body.ts'
import { createPrepare } from '../../ingress/record/prepare.ts'
import { tooComplex } from '../../ingress/record/too-complex.ts'
import { createDecoder } from '../../lib/avro/codec.ts'
import { catalogue, type EventType, eventTypes, type RecordOf } from '../../schemas/catalogue.ts'
import { hookHeadersOf } from '../../schemas/hook-headers.ts'
import { typeOfShape } from '../../schemas/load.ts'
import type { Names } from '../../schemas/topics.ts'
import type { Payload } from '../payload/read-payload.ts'
import { eventHeaderOf } from './event-header.ts'

export interface MadeRecord {
  event: EventType
  topic: string
  /** As a worker receives it. */
  record: RecordOf
}

/** Ids that no registry gave: the record does not leave this process. */
const ids = Object.fromEntries(eventTypes.map((event, index) => [event, index])) as IdOfEvent

/**
 * Takes a payload through the stages of the ingress and back, without a registry. The whole body stays in the
 * record, however large it is.
 *
 * @param event the header X-Gitlab-Event; undefined: that of the payload, else as the body says
 */
export const makeRecord = async (
  payload: Payload,
  event: string | undefined,
  names: Names,
): Promise<MadeRecord> => {
  const prepare = createPrepare({
    encode: createEncodeStage(createEncoders(ids), names),
    chunkOversized: {
      fits: () => true,
      chunksOf: () => [],
      tooLarge: () => ({ reason: 'too_large', detail: '' }),
    },
  })
  // The ingress does not parse such a body either. A parser would need minutes and gigabytes for it.
  const cause = isLargeBody(payload.body) ? tooComplex(payload.body) : undefined
  const hook = hookOf(payload, event ?? headerOf(payload, cause === undefined))
  const classified = cause === undefined ? undefined : classifyUnparsed(hook, cause)
  const { event: eventType, message } = prepare(hook, classified)
  const decode = createDecoder(
    async (id) => typeOfShape(catalogue[eventTypes[id] ?? 'unknown'].schema),
    (writer) => writer,
  )
  const decoded = (await decode(message.value)) as object
  const record = { ...decoded, eventType, hookHeaders: hookHeadersOf(message.headers) } as RecordOf
  return { event: eventType, topic: message.topic, record }
}

const headersIn = ({ headers }: Payload): Record<string, string> =>
  Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))

/** The header X-Gitlab-Event of a payload; where it has none, the one that its body says. */
const headerOf = (payload: Payload, mayParse: boolean): string | undefined =>
  headersIn(payload)['x-gitlab-event'] ?? (mayParse ? eventHeaderOf(payload.body) : undefined)

const hookOf = (payload: Payload, header: string | undefined): Hook => {
  const given = headersIn(payload)
  const all = header === undefined ? given : { ...given, 'x-gitlab-event': header }
  return {
    id: deliveryIdOf(all),
    source: 'default',
    receivedAt: Date.now(),
    headers: forwardedHeaders(all, undefined),
    body: payload.body,
  }
}
