import type { Decode } from '../lib/codec.ts'
import { PermanentError } from '../lib/errors.ts'
import type { EventType, RecordOf } from '../schemas/catalogue.ts'
import type { HandledOutcome, Handler } from './consumer.ts'
import type { Handle } from './middleware/chain.ts'

/** The innermost handle: messages become records, records go to the worker's handler. */
export const decodeAndHandle =
  <E extends EventType>(decode: Decode, eventOf: (topic: string) => EventType, handler: Handler<E>): Handle =>
  async (messages, context) => {
    const records: RecordOf<E>[] = []
    for (const { topic, value } of messages) {
      if (value === null) throw new PermanentError('the message has no value')
      const record = (await decode(value)) as RecordOf<E>
      record.event_type = eventOf(topic) as E
      records.push(record)
    }
    if ('handleBatch' in handler) {
      const result = await handler.handleBatch(records, context)
      return records.map(() => result ?? 'processed')
    }
    const outcomes: HandledOutcome[] = []
    for (const record of records) outcomes.push((await handler.handle(record, context)) ?? 'processed')
    return outcomes
  }
