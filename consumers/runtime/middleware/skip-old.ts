import type { Message } from '../../consumer.ts'
import type { Middleware } from './chain.ts'

/**
 * Leaves out messages that are too old to be handled: nobody wants a message about an event of last month.
 * The age counts from the receipt of the hook, or from the redrive of a dead letter.
 *
 * @param maxAgeMs milliseconds
 * @param onOld called with the messages that are left out: at least one
 */
export const skipOld =
  (maxAgeMs: number, now: () => number, onOld: (messages: readonly Message[]) => void): Middleware =>
  (next) =>
  async (messages, context) => {
    const oldest = now() - maxAgeMs
    const isOld = ({ timestamp }: Message) => Number(timestamp) < oldest
    const old = leading(messages, isOld)
    if (old.length === 0)
      return next(
        leading(messages, (message) => !isOld(message)),
        context,
      )
    onOld(old)
    return old.map(() => 'too_old')
  }

/** The messages before the first one that does not match. */
const leading = (
  messages: readonly Message[],
  matches: (message: Message) => boolean,
): readonly Message[] => {
  const end = messages.findIndex((message) => !matches(message))
  return end < 0 ? messages : messages.slice(0, end)
}
