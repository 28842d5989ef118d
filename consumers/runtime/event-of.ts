import { type EventType, isEventType } from '../../schemas/catalogue.ts'
import type { Message } from '../consumer.ts'
import { redriveEventHeader } from './dead-letters/dead-letter-headers.ts'

/** Which event a message is: its topic tells, or a header where it came back through the retry topic. */
export const createEventOf =
  (topics: ReadonlyMap<string, EventType>) =>
  ({ topic, headers }: Pick<Message, 'topic' | 'headers'>): EventType => {
    const event = topics.get(topic) ?? String(headers[redriveEventHeader])
    return isEventType(event) ? event : 'unknown'
  }
