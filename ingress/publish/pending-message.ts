import type { Sized } from './cut-batch.ts'
import type { PlacedMessage } from './sender.ts'

/** A message that waits for its acknowledgement. */
export interface PendingMessage extends PlacedMessage, Sized {
  /** Whether the hook has its result already: the acknowledgement, or an error such as its deadline. */
  isSettled: boolean
  /** Gives the hook its result. Only the first call counts. */
  settle(error?: Error): void
}
