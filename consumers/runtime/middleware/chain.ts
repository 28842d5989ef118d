import type { HandleContext, HandledOutcome, Message } from '../../consumer.ts'

/** What every middleware receives beside the messages of a call. */
export interface RunContext extends Omit<HandleContext, 'origins'> {
  /** Aborted when the worker stops. The running call may finish, but no new call may begin. */
  readonly stopping: AbortSignal
  /** Sends a heartbeat to the consumer group. @throws GroupError, which every middleware must pass on */
  heartbeat(): Promise<void>
  /** How many attempts at the first message have failed so far, in this process and in earlier ones. */
  failures(): number
  /** Commits that number to Kafka, where the next process finds it. @throws GroupError */
  rememberFailures(failures: number): Promise<void>
  /**
   * Commits a note that an attempt has begun, or that its time limit has passed (`late`). The note is for the
   * next process: if this process dies during the attempt, nothing else says that there was one.
   * @throws GroupError
   */
  announceAttempt(state: 'begun' | 'late'): Promise<void>
  /** A process may have died because of the first message, or because of a message soon after it. */
  readonly isSuspect: boolean
}

/**
 * Handles the first k of n messages of one partition, where k is at least 1, and returns one outcome for each
 * of the k, in order. The other messages come again with the next call. When it throws, all messages come
 * again; several messages then come one by one.
 */
export type Handle = (messages: readonly Message[], context: RunContext) => Promise<HandledOutcome[]>

/** Adds one concern to a handle, for example a time limit. */
export type Middleware = (next: Handle) => Handle

/** Puts the middlewares around a handle. The first middleware is the outermost. */
export const chain = (middlewares: readonly Middleware[], handle: Handle): Handle =>
  middlewares.reduceRight<Handle>((next, middleware) => middleware(next), handle)
