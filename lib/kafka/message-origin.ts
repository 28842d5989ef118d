import { partitionName } from './partition-name.ts'

/** Where a message lies in the log. */
export interface MessageOrigin {
  topic: string
  partition: number
  offset: number
}

/**
 * The origin as text: `gitlab.push/3/1042` for topic, partition and offset. It is the key of a dead letter.
 */
export const messageOrigin = (place: { topic: string; partition: number; offset: string | number }): string =>
  `${partitionName(place)}/${place.offset}`

/** Reads such a text. Partition and offset are NaN where it is not one. */
export const parseMessageOrigin = (text: string): MessageOrigin => {
  const [topic = '', partition, offset] = text.split('/')
  return { topic, partition: Number(partition), offset: Number(offset) }
}
