import { type BatchLimits, cutBatch } from './cut-batch.ts'
import type { RequestMode } from './fault-isolation.ts'
import type { PendingMessage } from './pending-message.ts'

/** The messages that wait for a produce request, oldest first. */
export interface ProduceQueue {
  size(): number
  add(message: PendingMessage): void
  /** Puts a message into the place of another one. @returns false if the other one is not waiting */
  replace(waiting: PendingMessage, by: PendingMessage): boolean
  /** Takes the messages of the next request; none if no message can be sent now. */
  takeBatch(mode: RequestMode): PendingMessage[]
  /** Puts unacknowledged messages back to the front. */
  putBack(messages: readonly PendingMessage[]): void
  /** Moves the messages of a topic behind those of all other topics, as far as no place is reserved. */
  moveBehind(topic: string): void
  /** Rejects every message of a topic with this error. */
  rejectTopic(topic: string, error: Error): void
  /** Rejects every message with an error of its own. */
  rejectAll(createError: () => Error): void
}

/** @param limits of one produce request */
export const createProduceQueue = (limits: BatchLimits): ProduceQueue => {
  let waiting: PendingMessage[] = []
  const oneRecord = { ...limits, records: 1 }

  return {
    size: () => waiting.length,
    add: (message) => void waiting.push(message),
    replace: (old, by) => {
      const index = waiting.indexOf(old)
      if (index < 0 || old.isSettled) return false
      waiting[index] = by
      return true
    },
    takeBatch: ({ kind }) => {
      const { batch, rest } =
        kind === 'topic_by_topic'
          ? cutFirstTopic(waiting, limits)
          : cutBatch(waiting, kind === 'record_by_record' ? oneRecord : limits)
      waiting = rest
      return batch
    },
    putBack: (messages) => {
      waiting = [...messages.filter(isUnsettled), ...waiting]
    },
    moveBehind: (topic) => {
      const { before, behind } = splitAtReservation(waiting)
      const { of, others } = splitByTopic(before, topic)
      waiting = [...others, ...of, ...behind]
    },
    rejectTopic: (topic, error) => {
      const { of, others } = splitByTopic(waiting, topic)
      waiting = others
      for (const message of of) message.settle(error)
    },
    rejectAll: (createError) => {
      for (const message of waiting) message.settle(createError())
    },
  }
}

const isUnsettled = ({ isSettled }: PendingMessage): boolean => !isSettled

/**
 * Takes messages of one topic only: of the first one that has a message to send. Those of its messages that
 * do not fit go behind the other topics.
 */
const cutFirstTopic = (
  queue: readonly PendingMessage[],
  limits: BatchLimits,
): { batch: PendingMessage[]; rest: PendingMessage[] } => {
  const { before, behind } = splitAtReservation(queue)
  const [first] = cutBatch(before, { records: 1, bytes: limits.bytes }).batch
  if (first === undefined) return { batch: [], rest: queue.filter(isUnsettled) }
  const { of, others } = splitByTopic(before, first.topic)
  const { batch, rest } = cutBatch(of, limits)
  return { batch, rest: [...others, ...rest, ...behind] }
}

/** A record whose topic is not known yet may belong to any topic, so no message is moved past its place. */
const splitAtReservation = (queue: readonly PendingMessage[]) => {
  const place = queue.findIndex(({ reserves, isSettled }) => reserves === 'everything' && !isSettled)
  const end = place < 0 ? queue.length : place
  return { before: queue.slice(0, end), behind: queue.slice(end) }
}

const splitByTopic = (queue: readonly PendingMessage[], topic: string | undefined) => ({
  of: queue.filter((message) => message.topic === topic),
  others: queue.filter((message) => message.topic !== topic),
})
