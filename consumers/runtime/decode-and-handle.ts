import type { Decode } from '../../lib/avro/codec.ts'
import { PermanentError } from '../../lib/errors.ts'
import type { EventType, RecordOf } from '../../schemas/catalogue.ts'
import type { BatchHandler, HandledOutcome, Handler, Message, SingleHandler } from '../consumer.ts'
import type { Handle } from './middleware/chain.ts'

type RecordFrom<E extends EventType> = (message: Message) => Promise<RecordOf<E>>

/** The innermost handle: messages become records, records go to the worker's handler. */
export const decodeAndHandle = <E extends EventType>(
  decode: Decode,
  eventOf: (message: Message) => EventType,
  handler: Handler<E>,
): Handle => {
  const recordFrom: RecordFrom<E> = (message) => recordOf<E>(decode, message, eventOf(message))
  return 'handleBatch' in handler ? allAtOnce(recordFrom, handler) : oneByOne(recordFrom, handler)
}

const allAtOnce =
  <E extends EventType>(recordFrom: RecordFrom<E>, handler: BatchHandler<E>): Handle =>
  async (messages, context) => {
    const records: RecordOf<E>[] = []
    for (const message of messages) records.push(await recordFrom(message))
    const result = await handler.handleBatch(records, context)
    return records.map(() => result ?? 'processed')
  }

/** A call ends after this time even if messages are left, in milliseconds: the limit of an attempt is meant for one. */
const callMs = 20

const oneByOne = <E extends EventType>(recordFrom: RecordFrom<E>, handler: SingleHandler<E>): Handle => {
  // What failed beside others comes back alone, and fails then without being tried again: so every attempt is counted once.
  const failed = new WeakMap<Message, { error: unknown }>()

  return async (messages, context) => {
    const outcomes: HandledOutcome[] = []
    const end = performance.now() + callMs
    for (const message of messages) {
      try {
        const before = failed.get(message)
        failed.delete(message)
        if (before !== undefined) throw before.error
        outcomes.push((await handler.handle(await recordFrom(message), context)) ?? 'processed')
      } catch (error) {
        if (messages.length > 1) failed.set(message, { error })
        if (outcomes.length === 0) throw error
        break
      }
      if (performance.now() >= end || context.stopping.aborted) break
    }
    return outcomes
  }
}

/** @throws PermanentError when the message can never be decoded, RetriableError while the registry does not answer */
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
