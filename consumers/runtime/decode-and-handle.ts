import type { Decode } from '../../lib/avro/codec.ts'
import { PermanentError } from '../../lib/errors.ts'
import type { EventType, RecordOf } from '../../schemas/catalogue.ts'
import { hookHeadersOf } from '../../schemas/hook-headers.ts'
import type { BatchHandler, HandledOutcome, Handler, Message, Origin, SingleHandler } from '../consumer.ts'
import type { Handle } from './middleware/chain.ts'

type RecordFrom<E extends EventType> = (message: Message) => Promise<RecordOf<E>>
type OriginOf = (message: Message) => Origin

/** Whether the worker does not act on a record, because its event is invented. */
export type IsIgnored = (record: RecordOf) => boolean

/**
 * The innermost handle: it decodes the messages into records and passes them to the worker's handler.
 *
 * @param isIgnored selects records that the handler does not receive. Their outcome is `invented`
 */
export const decodeAndHandle = <E extends EventType>(
  decode: Decode,
  eventOf: (message: Message) => EventType,
  handler: Handler<E>,
  originOf: OriginOf,
  isIgnored: IsIgnored = () => false,
): Handle => {
  const recordFrom: RecordFrom<E> = (message) => recordWithHeaders<E>(decode, message, eventOf(message))
  return 'handleBatch' in handler
    ? allAtOnce(recordFrom, handler, originOf, isIgnored)
    : oneByOne(recordFrom, handler, originOf, isIgnored)
}

const allAtOnce =
  <E extends EventType>(
    recordFrom: RecordFrom<E>,
    handler: BatchHandler<E>,
    originOf: OriginOf,
    isIgnored: IsIgnored,
  ): Handle =>
  async (messages, { signal }) => {
    const records: RecordOf<E>[] = []
    for (const message of messages) records.push(await recordFrom(message))
    const isKept = records.map((record) => !isIgnored(record as RecordOf))
    const kept = records.filter((_, index) => isKept[index])
    const origins = messages.filter((_, index) => isKept[index]).map(originOf)
    const result = kept.length === 0 ? undefined : await handler.handleBatch(kept, { signal, origins })
    return isKept.map((each) => (each ? (result ?? 'processed') : 'invented'))
  }

/**
 * A call begins no further message after this time, in milliseconds. The time limit of an attempt is meant
 * for one message, and a call may have a hundred.
 */
const maxCallMs = 20

const oneByOne = <E extends EventType>(
  recordFrom: RecordFrom<E>,
  handler: SingleHandler<E>,
  originOf: OriginOf,
  isIgnored: IsIgnored,
): Handle => {
  // A message that failed beside others comes again alone. It then fails with the remembered error, without a
  // second attempt, so that every attempt is counted once.
  const failedBefore = new WeakMap<Message, { error: unknown }>()

  return async (messages, context) => {
    const outcomes: HandledOutcome[] = []
    const deadline = performance.now() + maxCallMs
    for (const message of messages) {
      try {
        const failure = failedBefore.get(message)
        failedBefore.delete(message)
        if (failure !== undefined) throw failure.error
        const record = await recordFrom(message)
        const handleOne = () =>
          handler.handle(record, { signal: context.signal, origins: [originOf(message)] })
        const outcome = isIgnored(record as RecordOf) ? 'invented' : await handleOne()
        outcomes.push(outcome ?? 'processed')
      } catch (error) {
        if (messages.length > 1) failedBefore.set(message, { error })
        if (outcomes.length === 0) throw error
        break
      }
      if (performance.now() >= deadline || context.stopping.aborted) break
    }
    return outcomes
  }
}

/**
 * Decodes the value of a message, and adds the headers of the hook that the message has.
 *
 * @throws as `recordOf`
 */
export const recordWithHeaders = async <E extends EventType>(
  decode: Decode,
  message: Pick<Message, 'value' | 'headers'>,
  event: EventType,
): Promise<RecordOf<E>> => {
  const record = await recordOf<E>(decode, message, event)
  record.hookHeaders = hookHeadersOf(message.headers)
  return record
}

/**
 * Decodes the value of a message.
 *
 * @throws PermanentError when the value can never be decoded
 * @throws RetriableError while the schema registry does not answer
 */
export const recordOf = async <E extends EventType>(
  decode: Decode,
  { value }: Pick<Message, 'value'>,
  event: EventType,
): Promise<RecordOf<E>> => {
  if (value === null) throw new PermanentError('the message has no value')
  const record = (await decode(value)) as RecordOf<E>
  record.eventType = event as E
  return record
}
