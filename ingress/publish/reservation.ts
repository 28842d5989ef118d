import type { OutgoingMessage } from '../record/encode.ts'
import type { GroupCommit } from './group-commit.ts'
import { partitionOf } from './partition-of.ts'
import type { OnSettled, PendingMessage } from './pending-message.ts'
import type { Outgoing } from './publish-with-chunks.ts'
import type { TopicAvailability } from './topic-availability.ts'

/** A place in the queue for a record that is still being made. Later records wait for it. */
export interface Reservation {
  /** The topic and the key are known: from now on only the later records of the partition wait. */
  narrow(topic: string, key: string): void
  /** Puts the record into the place; at the end of the queue if the place was released before. */
  fill(outgoing: Outgoing, onSettled: OnSettled): (error: Error) => void
  /** Gives up the place. Does nothing if it is filled. */
  release(): void
}

export interface ReservationParts {
  groupCommit: Pick<GroupCommit, 'enqueue' | 'wake'>
  topics: Pick<TopicAvailability, 'factsOf'>
  /** @param reserved the message whose place the record takes */
  enqueue(outgoing: Outgoing, onSettled: OnSettled, reserved?: PendingMessage): (error: Error) => void
}

/** @param onRejected called if the queue rejects the message that reserves the place */
export const createReservation = (
  { groupCommit, topics, enqueue }: ReservationParts,
  onRejected: (error: Error) => void,
): Reservation => {
  const reserved: PendingMessage = {
    ...noMessage,
    partition: -1,
    bytes: 0,
    maxBytesTogether: Number.POSITIVE_INFINITY,
    reserves: 'everything',
    isSettled: false,
    settle: (error) => {
      if (reserved.isSettled) return
      reserved.isSettled = true
      if (error !== undefined) onRejected(error)
    },
  }
  const release = () => {
    reserved.isSettled = true
    groupCommit.wake()
  }
  groupCommit.enqueue(reserved)
  return {
    narrow: (topic, key) => {
      const facts = topics.factsOf(topic)
      // An unavailable topic has no queue in which anything could wait.
      if (facts === undefined) return release()
      reserved.topic = topic
      reserved.partition = partitionOf({ ...noMessage, topic, key }, facts.partitions)
      reserved.reserves = 'partition'
      groupCommit.wake()
    },
    fill: (outgoing, onSettled) => {
      const withdraw = enqueue(outgoing, onSettled, reserved)
      release()
      return withdraw
    },
    release,
  }
}

const noMessage: OutgoingMessage = { topic: '', key: '', value: Buffer.alloc(0), headers: {}, timestamp: '0' }
