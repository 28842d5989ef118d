import type { Outbound } from '../http/outbound.ts'
import type { OpenMessage } from '../outbox/open-messages.ts'
import type { SentBefore } from '../outbox/sent-before.ts'
import type { SeenAnswer, SentAs } from '../outbox/settle.ts'
import type { Destination } from '../routes/destination.ts'

/** What became of one request to a destination. */
export type Attempt =
  | { result: 'sent'; answer: SeenAnswer; remoteId?: string }
  /** The destination cannot take it now. `retryAfterMs`: how long it asked us to wait. */
  | { result: 'retry'; answer: SeenAnswer; retryAfterMs?: number }
  /** The destination will never take it. */
  | { result: 'refused'; answer: SeenAnswer }
  /** What the message is about, such as a task, does not exist there. The message is dropped, and counted. */
  | { result: 'unknown_target'; answer: SeenAnswer }

/** What the next request carries: one message, or several that become one. */
export interface Plan {
  ids: readonly number[]
  sentAs: SentAs
  /** Set where `send` finds out what became of an earlier attempt, so that no message arrives twice. */
  readsFirst?: true
  send(outbound: Outbound, signal: AbortSignal): Promise<Attempt>
}

export interface PlanContext {
  destination: Destination
  now: number
  /** Messages up to this id become digests. */
  digestUpTo: number
  /** A message with the same merge key that the service can still replace; undefined if there is none. */
  sentBefore(mergeKey: string): Promise<SentBefore | undefined>
}

/**
 * How one worker sends what its outbox holds. A plan of undefined means that every message is held; the
 * sender looks again when the first one is not held any more.
 */
export interface Courier {
  /** How many of the oldest messages a plan sees. */
  window: number
  plan(messages: readonly OpenMessage[], context: PlanContext): Plan | undefined | Promise<Plan | undefined>
  /** The least time between two requests to a destination. */
  intervalMs(destination: Destination): number
  /** After so long, a message that a destination could not take becomes a dead letter. */
  giveUpAfterMs(destination: Destination): number
}
