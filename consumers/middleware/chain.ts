import type { HandleContext, HandledOutcome, Message } from '../consumer.ts'

/** Handles 1…n messages of one partition. Returns as many outcomes as it was given messages, in their order; throws for all of them. */
export type Handle = (messages: readonly Message[], context: HandleContext) => Promise<HandledOutcome[]>

/** Wraps a handle in one concern. */
export type Middleware = (next: Handle) => Handle

/** The first middleware is the outermost. */
export const chain = (middlewares: readonly Middleware[], handle: Handle): Handle =>
  middlewares.reduceRight<Handle>((next, middleware) => middleware(next), handle)
