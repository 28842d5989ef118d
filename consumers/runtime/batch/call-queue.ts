import type { Batch } from 'kafkajs'
import type { Message } from '../../consumer.ts'

/** Messages that are handled in one call: at least one. */
export type Call = readonly [Message, ...Message[]]

/** The calls in which the messages of a batch are handled, in order. */
export interface CallQueue {
  /** Removes the next call. Returns undefined when all messages were taken. */
  next(): Call | undefined
  /** Puts messages back, to be the next call. Does nothing for an empty list. */
  putBack(messages: readonly Message[]): void
  /** Puts messages back, to be one call each. */
  putBackSingly(messages: readonly Message[]): void
}

/** Divides the messages of a batch into calls. @param size the largest number of messages in one call */
export const createCallQueue = ({ topic, partition, messages }: Batch, size: number): CallQueue => {
  const queue: Message[][] = []
  for (let start = 0; start < messages.length; start += size) {
    const portion = messages.slice(start, start + size)
    queue.push(
      portion.map(({ offset, timestamp, key, value, headers = {} }) => ({
        topic,
        partition,
        offset,
        timestamp,
        key,
        value,
        headers,
      })),
    )
  }
  return {
    next: () => {
      const [first, ...others] = queue.shift() ?? []
      return first === undefined ? undefined : [first, ...others]
    },
    putBack: (messages) => {
      if (messages.length > 0) queue.unshift([...messages])
    },
    putBackSingly: (messages) => {
      queue.unshift(...messages.map((message) => [message]))
    },
  }
}
