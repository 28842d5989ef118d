import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'
import type { Middleware } from './chain.ts'

/** Remembers which deliveries were handled. */
export interface DeliveryMemory {
  has(key: string): boolean
  /**
   * Resolves once the keys are on disk, together with all keys that could not be written before. `has` knows
   * the keys at once: a full disk must not lead to an effect being repeated.
   * @param keys texts without a line break
   */
  remember(keys: readonly string[]): Promise<void>
}

/**
 * Skips a message whose delivery was handled before. It remembers a delivery after its effect and before the
 * offset moves, so a crash in between repeats the effects of one call. Messages that were dead-lettered or
 * skipped had no effect: they are not remembered.
 *
 * It must be outside of `deadLetter` and `retry`: it passes on only the messages before the first repeat.
 */
export const skipRepeats =
  (handled: DeliveryMemory, eventOf: (message: Message) => EventType): Middleware =>
  (next) =>
  async (messages, context) => {
    const fresh = freshKeys(handled, messages, eventOf)
    if (fresh.length === 0) {
      // The repeat may be known in memory only, because the disk was full. It must be on disk before the
      // offset moves.
      await remember(handled, [])
      return ['skipped']
    }
    const outcomes = await next(messages.slice(0, fresh.length), context)
    const processed = fresh.filter((_, index) => outcomes[index] === 'processed')
    await remember(handled, processed)
    return outcomes
  }

/** The keys of the messages before the first repeat. */
const freshKeys = (
  handled: DeliveryMemory,
  messages: readonly Message[],
  eventOf: (message: Message) => EventType,
): string[] => {
  const fresh = new Set<string>()
  for (const message of messages) {
    const key = deliveryKey(message, eventOf(message))
    if (handled.has(key) || fresh.has(key)) break
    fresh.add(key)
  }
  return [...fresh]
}

const remember = (handled: DeliveryMemory, keys: readonly string[]): Promise<void> =>
  handled.remember(keys).catch((cause: unknown) => {
    throw new RetriableError(`cannot remember which deliveries were handled: ${messageOf(cause)}`, { cause })
  })

/**
 * Names a delivery, in one line of text. A message that did not come from our ingress has no delivery id. It
 * is named by its topic, partition and offset, which are the same after a crash.
 */
const deliveryKey = ({ headers, topic, partition, offset }: Message, event: EventType): string =>
  JSON.stringify(
    headers.ce_id === undefined
      ? [topic, partition, offset]
      : [event, String(headers.ce_source), String(headers.ce_id)],
  )
