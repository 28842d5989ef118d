import type { Decode } from '../lib/codec.ts'
import { PermanentError } from '../lib/errors.ts'
import type { EventType, RecordOf } from '../schemas/catalogue.ts'
import type { HandledOutcome, Handler, Message } from './consumer.ts'
import type { Handle } from './middleware/chain.ts'

/** The innermost handle: messages become records, records go to the worker's handler. */
export const decodeAndHandle =
  <E extends EventType>(decode: Decode, eventOf: (message: Message) => EventType, handler: Handler<E>): Handle =>
  async (messages, context) => {
    const records: RecordOf<E>[] = []
    for (const message of messages) records.push(await recordOf<E>(decode, message, eventOf(message)))
    if ('handleBatch' in handler) {
      const result = await handler.handleBatch(records, context)
      return records.map(() => result ?? 'processed')
    }
    const outcomes: HandledOutcome[] = []
    for (const record of records) outcomes.push((await handler.handle(record, context)) ?? 'processed')
    return outcomes
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
