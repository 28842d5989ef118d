import { RetriableError } from '../../lib/errors.ts'
import type { HandledOutcome, Message } from '../consumer.ts'
import { isGroupError } from '../group-error.ts'
import type { Middleware } from './chain.ts'

/** Puts a message aside for good; resolves once the brokers have it. */
export type PutAside = (message: Message, error: unknown) => Promise<void>

/**
 * Puts aside what cannot be handled, so that it does not hold up the rest. Of several messages that fail together each is
 * tried alone first. An outage downstream is never a reason, nor is a rebalance or our own stop:
 * those go further out.
 */
export const deadLetter =
  (putAside: PutAside): Middleware =>
  (next) =>
  async (messages, context) => {
    try {
      return await next(messages, context)
    } catch (error) {
      if (error instanceof RetriableError || isGroupError(error) || context.signal.aborted) throw error
      const [only, ...others] = messages
      if (only === undefined) throw error
      if (others.length === 0) {
        await putAside(only, error)
        return ['dead_lettered']
      }
    }
    const outcomes: HandledOutcome[] = []
    for (const message of messages) outcomes.push(...(await deadLetter(putAside)(next)([message], context)))
    return outcomes
  }
