import type { OutgoingMessage } from '../record/encode.ts'
import type { AcknowledgedAt, OnSettled, PendingMessage } from './pending-message.ts'

/** The record of a hook, and the chunks of its body if it is too large for one message. */
export interface Outgoing {
  message: OutgoingMessage
  /** They must be acknowledged before the record that refers to them is sent. */
  chunks: readonly OutgoingMessage[]
}

/** A message that has its place in the queue. */
export interface Placed {
  pending: PendingMessage
  /** Sends a message that has only reserved its place so far. */
  release(): void
}

/**
 * Gives a message its place in the queue.
 *
 * @param isReserved whether it must not be sent before its `release`
 * @param onSettled called once, when the message gets its result; at once if there is no place for it
 * @param reserved the message that has reserved the place until now
 * @returns undefined if it was settled at once
 */
export type Place = (
  message: OutgoingMessage,
  isReserved: boolean,
  onSettled: OnSettled,
  reserved?: PendingMessage,
) => Placed | undefined

/**
 * Queues a record and its chunks. The record reserves its place at once, so that later records of its
 * partition do not overtake it while its chunks are being sent.
 *
 * @param onSettled called once, when the record is acknowledged or the first of the messages is rejected. It
 *   is called before any later message of the same partition can be sent.
 * @param reserved the message that has reserved the place of the record until now
 * @returns a function that withdraws what has not been acknowledged: it is settled with the given error
 */
export const publishWithChunks = (
  { message, chunks }: Outgoing,
  place: Place,
  onSettled: OnSettled,
  reserved?: PendingMessage,
): ((error: Error) => void) => {
  const placed: PendingMessage[] = []
  let isSettled = false
  let openChunks = chunks.length

  const settle = (error: Error | undefined, at?: AcknowledgedAt) => {
    if (isSettled) return
    isSettled = true
    onSettled(error, at)
    for (const pending of placed) pending.settle(error)
  }

  const record = place(message, chunks.length > 0, settle, reserved)
  if (record !== undefined) placed.push(record.pending)
  for (const chunk of chunks) {
    if (isSettled) break
    const onChunkSettled = (error: Error | undefined) => {
      openChunks -= 1
      if (error !== undefined) settle(error)
      else if (openChunks === 0 && !isSettled) record?.release()
    }
    const pending = place(chunk, false, onChunkSettled)?.pending
    if (pending !== undefined) placed.push(pending)
  }
  return settle
}
