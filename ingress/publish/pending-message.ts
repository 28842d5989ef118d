import type { OutgoingMessage } from '../record/encode.ts'
import type { Sized } from './cut-batch.ts'
import { partitionOf } from './partition-of.ts'
import type { PlacedMessage } from './sender.ts'
import type { TopicFacts } from './topic-metadata.ts'

/** A message that waits for its acknowledgement. */
export interface PendingMessage extends PlacedMessage, Sized {
  /** Whether the hook has its result already: the acknowledgement, or an error such as its deadline. */
  isSettled: boolean
  /** Gives the message its result, and tells its owner at once. Only the first call counts. */
  settle(error?: Error): void
}

/** The place of a record that the brokers have acknowledged. */
export type AcknowledgedAt = Pick<PlacedMessage, 'key' | 'partition' | 'offset'>

/** Called once when a message gets its result: an error, or the place at which it was acknowledged. */
export type OnSettled = (error: Error | undefined, at?: AcknowledgedAt) => void

/** An estimate for the bytes of a record beside its value: key, headers and framing. */
const recordOverheadBytes = 200

/** The estimated size of a message in a produce request, in bytes. */
export const estimatedBytes = ({ value }: OutgoingMessage): number => value.length + recordOverheadBytes

/**
 * Makes a message that can wait for its acknowledgement.
 *
 * @param onSettled called once, at the moment when the message gets its result
 */
export const createPendingMessage = (
  message: OutgoingMessage,
  facts: TopicFacts,
  onSettled: OnSettled,
): PendingMessage => {
  const pending: PendingMessage = {
    ...message,
    partition: partitionOf(message, facts.partitions),
    bytes: estimatedBytes(message),
    maxBytesTogether: facts.maxBytes,
    isSettled: false,
    settle: (error) => {
      if (pending.isSettled) return
      pending.isSettled = true
      onSettled(error, pending)
    },
  }
  return pending
}
