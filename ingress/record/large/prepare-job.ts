import { messageOf } from '../../../lib/errors.ts'
import { catalogue } from '../../../schemas/catalogue.ts'
import type { KeyOf } from '../../../schemas/key.ts'
import type { Names } from '../../../schemas/topics.ts'
import type { Hook } from '../../hook.ts'
import { createChunkOversized } from '../chunk-oversized.ts'
import { classifyUnparsed } from '../classify.ts'
import { createEncodeStage, type OutgoingMessage } from '../encode.ts'
import { createEncoders } from '../encoders.ts'
import type { Normalised } from '../normalise.ts'
import { createPrepare, type Prepared } from '../prepare.ts'
import { tooComplex } from '../too-complex.ts'
import { TopicUnavailableError } from '../topic-unavailable-error.ts'
import type { Job, MessageAroundBody, OnKey, Result } from './job.ts'

/** Makes the messages of a hook. This is the work of the child process. Never throws. */
export const prepareJob = (
  names: Names,
  { hook, cause, schemaIds, maxBytesByTopic }: Job,
  onKey: OnKey,
): Result => {
  const encode = createEncodeStage(createEncoders(schemaIds), names)
  const prepare = createPrepare({
    encode: (some, normalised) => {
      onKey(names.topic(normalised.event), keyOf(normalised))
      return encode(some, normalised)
    },
    chunkOversized: createChunkOversized((topic) => maxBytesByTopic.get(topic), names.rawChunksTopic),
  })
  const quarantine = cause ?? tooComplex(hook.body)
  try {
    const prepared = prepare(hook, quarantine === undefined ? undefined : classifyUnparsed(hook, quarantine))
    return { kind: 'prepared', prepared: withoutBodies(hook, prepared) }
  } catch (error) {
    if (error instanceof TopicUnavailableError)
      return { kind: 'topic_unavailable', topic: error.topic, problem: error.problem }
    return { kind: 'failed', problem: messageOf(error) }
  }
}

const keyOf = ({ event, record }: Normalised): string =>
  (catalogue[event].key as KeyOf<typeof record>)(record)

/** The field `raw` is the last one of a record. */
const aroundBody = (body: Buffer, { value, ...message }: OutgoingMessage): MessageAroundBody => {
  const startBytes = Math.max(0, value.length - body.length)
  const endsWithBody = value.subarray(startBytes).equals(body)
  return { ...message, start: endsWithBody ? value.subarray(0, startBytes) : value, endsWithBody }
}

/** The parent has the body, so it need not be sent back. Chunks are pieces of its memory. */
const withoutBodies = ({ body }: Hook, prepared: Prepared) => ({
  ...prepared,
  message: aroundBody(body, prepared.message),
  chunks: prepared.chunks.map(({ value, ...chunk }) => {
    const start = value.byteOffset - body.byteOffset
    return { ...chunk, start, end: start + value.length }
  }),
})
