import { RetriableError } from '../../lib/errors.ts'
import type { OutgoingMessage } from '../record/encode.ts'
import type { Sized } from './cut-batch.ts'
import { partitionOf } from './partition-of.ts'
import type { PlacedMessage } from './sender.ts'
import type { TopicFacts } from './topic-metadata.ts'

/** A message that waits for its acknowledgement. */
export interface PendingMessage extends PlacedMessage, Sized {
  /** Whether the hook has its result already: the acknowledgement, or an error such as its deadline. */
  isSettled: boolean
  /** Gives the hook its result. Only the first call counts. */
  settle(error?: Error): void
}

/** An estimate for the bytes of a record beside its value: key, headers and framing. */
const recordOverheadBytes = 200

/** The estimated size of a message in a produce request, in bytes. */
export const estimatedBytes = ({ value }: OutgoingMessage): number => value.length + recordOverheadBytes

/**
 * Sends a message, which settles once it is acknowledged, rejected or past its deadline.
 *
 * @param deadlineMs milliseconds from now; null: without a limit
 * @param send must settle the message at some time
 * @param onSettled gets the estimated size of the message
 * @returns a promise that settles with the message
 */
export const sendPending = (
  message: OutgoingMessage,
  facts: TopicFacts,
  deadlineMs: number | null,
  send: (pending: PendingMessage) => void,
  onSettled: (bytes: number) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const expire = () =>
      pending.settle(new RetriableError(`no acknowledgement within ${Math.round(deadlineMs ?? 0)} ms`))
    const timer = deadlineMs === null ? undefined : setTimeout(expire, deadlineMs)
    const pending: PendingMessage = {
      ...message,
      partition: partitionOf(message, facts.partitions),
      bytes: estimatedBytes(message),
      maxBytesTogether: facts.maxBytes,
      isSettled: false,
      settle: (error) => {
        if (pending.isSettled) return
        pending.isSettled = true
        clearTimeout(timer)
        onSettled(pending.bytes)
        if (error === undefined) resolve()
        else reject(error)
      },
    }
    send(pending)
  })
