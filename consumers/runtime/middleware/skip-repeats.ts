import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'
import type { HandledDeliveries } from '../handled-deliveries.ts'
import type { Middleware } from './chain.ts'

/**
 * Skips a message whose delivery was handled before, and remembers what is handled: after the effect, before the offset moves. A
 * crash between the two repeats the effects of this one call. What was put aside or skipped had none, so it is not remembered.
 *
 * It belongs outside of what counts attempts and puts aside: it hands on only as many of the messages as are no repeats.
 */
export const skipRepeats =
  (handled: HandledDeliveries, eventOf: (message: Message) => EventType): Middleware =>
  (next) =>
  async (messages, context) => {
    const remember = (keys: readonly string[]) =>
      handled.remember(keys).catch((cause: unknown) => {
        throw new RetriableError(`cannot remember what was handled: ${messageOf(cause)}`, { cause })
      })
    const fresh = new Set<string>()
    for (const message of messages) {
      const key = deliveryOf(message, eventOf(message))
      if (handled.has(key) || fresh.has(key)) break
      fresh.add(key)
    }
    if (fresh.size === 0) {
      await remember([]) // it may be known and not on disk yet
      return ['skipped']
    }
    const outcomes = await next(messages.slice(0, fresh.size), context)
    await remember([...fresh].filter((_, index) => outcomes[index] === 'processed'))
    return outcomes
  }

/** Names a delivery, in one line. What did not come through our ingress has no id: it is named by its place, and known again after a crash. */
const deliveryOf = ({ headers, topic, partition, offset }: Message, event: EventType): string =>
  JSON.stringify(
    headers.ce_id === undefined
      ? [topic, partition, offset]
      : [event, String(headers.ce_source), String(headers.ce_id)],
  )
