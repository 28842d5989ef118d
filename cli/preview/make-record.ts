import { deliveryIdOf, forwardedHeaders, type Hook } from '../../ingress/hook.ts'
import { createEncodeStage } from '../../ingress/record/encode.ts'
import { createEncoders, type IdOfEvent } from '../../ingress/record/encoders.ts'
import { createPrepare } from '../../ingress/record/prepare.ts'
import { createDecoder } from '../../lib/avro/codec.ts'
import { catalogue, type EventType, eventTypes, type RecordOf } from '../../schemas/catalogue.ts'
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
  const { event: eventType, message } = prepare(hookOf(payload, event))
  const decode = createDecoder(
    async (id) => typeOfShape(catalogue[eventTypes[id] ?? 'unknown'].schema),
    (writer) => writer,
  )
  const record = { ...((await decode(message.value)) as object), eventType } as RecordOf
  return { event: eventType, topic: message.topic, record }
}

const hookOf = ({ body, headers }: Payload, event: string | undefined): Hook => {
  const given = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]))
  const header = event ?? given['x-gitlab-event'] ?? eventHeaderOf(body)
  const all = header === undefined ? given : { ...given, 'x-gitlab-event': header }
  return {
    id: deliveryIdOf(all),
    source: 'default',
    receivedAt: Date.now(),
    headers: forwardedHeaders(all, undefined),
    body,
  }
}
