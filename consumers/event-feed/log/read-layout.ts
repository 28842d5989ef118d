import type { Offsets } from '../../../lib/kafka/offsets.ts'
import { noTopicId } from '../../../lib/kafka/topic-ids.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import { createLayout, type Layout } from '../position/layout.ts'

/**
 * The partitions of the topics that exist now.
 *
 * @param topics topic → its event
 * @throws the error of brokers that do not answer
 */
export const readLayout = async (
  offsets: Pick<Offsets, 'clusterId' | 'topicIds' | 'ends'>,
  topics: ReadonlyMap<string, EventType>,
): Promise<Layout> => {
  const names = [...topics.keys()]
  const ends = await offsets.ends(names)
  const existing = Map.groupBy(ends, ({ topic }) => topic)
  const ids = await offsets.topicIds([...existing.keys()])
  const clusterId = await offsets.clusterId()
  return createLayout(
    clusterId,
    [...existing].flatMap(([topic, partitions]) => {
      const event = topics.get(topic)
      return event === undefined
        ? []
        : [{ topic, event, id: ids.get(topic) ?? noTopicId, partitions: partitions.length }]
    }),
  )
}
