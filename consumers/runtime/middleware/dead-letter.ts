import { RetriableError } from '../../../lib/errors.ts'
import type { Message } from '../../consumer.ts'
import type { Middleware } from './chain.ts'
import { GroupError } from './group-error.ts'
import { AttemptsUsedUpError } from './retry.ts'

/** Puts a message aside for good; resolves once the brokers have it. */
export type PutAside = (message: Message, error: unknown, attempts: number) => Promise<void>

/**
 * Puts aside a message that cannot be handled, so that it does not hold up the rest. An outage downstream is never a reason, nor
 * is a group in motion or our own stop. Of several messages that fail together each must be tried alone first.
 */
export const deadLetter =
  (putAside: PutAside): Middleware =>
  (next) =>
  async (messages, context) => {
    try {
      return await next(messages, context)
    } catch (error) {
      const [message, ...others] = messages
      const isOurs =
        error instanceof RetriableError || error instanceof GroupError || context.stopping.aborted
      if (isOurs || message === undefined || others.length > 0) throw error
      await putAside(message, error, context.failures() + (error instanceof AttemptsUsedUpError ? 0 : 1))
      return ['dead_lettered']
    }
  }
