import type { Offsets } from '../../../lib/kafka/offsets.ts'
import { noTopicId } from '../../../lib/kafka/topic-ids.ts'
import { traceparentPattern } from '../../../lib/traceparent.ts'
import type { Message, Origin } from '../../consumer.ts'

/** The ids of the topics that are assigned to this process. */
export interface TopicIds {
  /** Reads the ids again. It is called at every join, because a topic may have been created anew. */
  load(topics: readonly string[]): Promise<void>
  of(topic: string): string
  originOf(
    message: Pick<Message, 'topic' | 'partition' | 'offset'> & Partial<Pick<Message, 'headers'>>,
  ): Origin
}

export const createTopicIds = (offsets: Pick<Offsets, 'topicIds'>): TopicIds => {
  let ids: ReadonlyMap<string, string> = new Map()
  const of = (topic: string) => ids.get(topic) ?? noTopicId
  return {
    load: async (topics) => {
      ids = await offsets.topicIds(topics)
    },
    of,
    originOf: ({ topic, partition, offset, headers }) => ({
      topic,
      topicId: of(topic),
      partition,
      offset: Number(offset),
      ...traceOf(headers?.traceparent),
    }),
  }
}

/** A record of another program may have anything in this header. */
const traceOf = (header: Message['headers'][string]): Pick<Origin, 'traceparent'> => {
  const text = String(header ?? '')
  return traceparentPattern.test(text) ? { traceparent: text } : {}
}
