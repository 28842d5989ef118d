import type { HandleContext, HandledOutcome, Message } from '../../consumer.ts'

/** What the middleware is told beside the messages. */
export interface RunContext extends HandleContext {
  /** Aborted when the worker stops: what runs may finish, nothing further begins. */
  readonly stopping: AbortSignal
  /** Tells the group that we are alive. @throws GroupError, which must be let through */
  heartbeat(): Promise<void>
  /** How many attempts at the first of the messages have failed so far, in this process or one before it. */
  failures(): number
  /** Keeps that number where the next process finds it. @throws GroupError */
  rememberFailures(failures: number): Promise<void>
  /**
   * Tells the next process, and only that, what it could not know if this one died: an attempt has begun, or its time is up.
   * @throws GroupError
   */
  foretell(what: 'begun' | 'late'): Promise<void>
  /** A process may have died of the first of the messages, or of one soon after it. */
  readonly isSuspect: boolean
}

/**
 * Handles the first k of 1…n messages of one partition, k ≥ 1: returns an outcome for each of them, in their order. The others come
 * again with the next call, and so do all when it throws; several are then handed over one by one.
 */
export type Handle = (messages: readonly Message[], context: RunContext) => Promise<HandledOutcome[]>

/** Wraps a handle in one concern. */
export type Middleware = (next: Handle) => Handle

/** The first middleware is the outermost. */
export const chain = (middlewares: readonly Middleware[], handle: Handle): Handle =>
  middlewares.reduceRight<Handle>((next, middleware) => middleware(next), handle)
