import { createDecoder, type Decode } from '../../lib/avro/codec.ts'
import type { Registry } from '../../lib/avro/registry.ts'
import { type EventType, isEventType } from '../../schemas/catalogue.ts'
import { createReaderOf } from '../../schemas/reader-types.ts'
import type { Message } from '../consumer.ts'
import { redriveEventHeader } from './dead-letters/dead-letter-headers.ts'

/** Decodes records into the shape that this version knows, even if an older or newer version wrote them. */
export const createEventDecoder = (
  events: readonly EventType[],
  registry: Pick<Registry, 'typeOf'>,
): Decode => createDecoder(registry.typeOf, createReaderOf(events))

/**
 * Finds the event type of a message: by its topic, or by a header where the message came through the retry
 * topic.
 *
 * @param topics the event type of each topic
 */
export const createEventOf =
  (topics: ReadonlyMap<string, EventType>) =>
  ({ topic, headers }: Pick<Message, 'topic' | 'headers'>): EventType => {
    const event = topics.get(topic) ?? String(headers[redriveEventHeader])
    return isEventType(event) ? event : 'unknown'
  }
