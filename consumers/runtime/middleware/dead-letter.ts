import { RetriableError } from '../../../lib/errors.ts'
import type { Message } from '../../consumer.ts'
import type { Middleware } from './chain.ts'
import { GroupError } from './group-error.ts'
import { AttemptsUsedUpError } from './retry.ts'

/** Writes a message to the dead-letter topic. Resolves once the brokers have stored it. */
export type WriteDeadLetter = (message: Message, error: unknown, attempts: number) => Promise<void>

/**
 * Writes a message that cannot be handled to the dead-letter topic, so that the messages behind it are not
 * held up. An outage, a rebalance and the stop of this worker are never a reason. Nor is the failure of
 * several messages together: each of them must be tried alone first.
 */
export const deadLetter =
  (writeDeadLetter: WriteDeadLetter): Middleware =>
  (next) =>
  async (messages, context) => {
    try {
      return await next(messages, context)
    } catch (error) {
      const [message, ...others] = messages
      const isMessageAtFault = !(
        error instanceof RetriableError ||
        error instanceof GroupError ||
        context.stopping.aborted
      )
      if (!isMessageAtFault || message === undefined || others.length > 0) throw error
      const failuresOfThisCall = error instanceof AttemptsUsedUpError ? 0 : 1
      await writeDeadLetter(message, error, context.failures() + failuresOfThisCall)
      return ['dead_lettered']
    }
  }
