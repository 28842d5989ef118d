import type { LogDeliveries, Logger } from '../../../lib/logger.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { HandledOutcome, Message } from '../../consumer.ts'
import type { Middleware } from './chain.ts'

/**
 * Writes one wide line about each handled message: never its value.
 *
 * @param which `problems`: only about dead letters, and about messages that needed several attempts
 */
export const logDeliveries =
  (
    which: LogDeliveries,
    logger: Pick<Logger, 'info' | 'warn'>,
    eventOf: (message: Message) => EventType,
  ): Middleware =>
  (next) =>
  async (messages, context) => {
    const begunAt = Date.now()
    const failures = context.failures()
    const outcomes = await next(messages, context)
    const times = { begunAt, endedAt: Date.now() }
    // After a message that could not be handled, the runtime has forgotten its failures: both counts matter.
    const attempt = Math.max(failures, outcomes.length === 1 ? context.failures() : 0) + 1
    for (const [index, outcome] of outcomes.entries()) {
      const message = messages[index]
      if (message === undefined) continue
      const isProblem = outcome === 'dead_lettered' || (index === 0 && attempt > 1)
      if (which === 'problems' && !isProblem) continue
      const fields = fieldsOf(message, eventOf(message), outcome, index === 0 ? attempt : 1, times)
      const line = { ...fields, together: outcomes.length }
      if (isProblem) logger.warn('message', line)
      else logger.info('message', line)
    }
    return outcomes
  }

const fieldsOf = (
  message: Message,
  event: EventType,
  outcome: HandledOutcome,
  attempt: number,
  { begunAt, endedAt }: { begunAt: number; endedAt: number },
) => {
  const { topic, partition, offset, timestamp, key, headers } = message
  return {
    delivery_id: textOf(headers.ce_id),
    outcome,
    event,
    project: key?.toString(),
    ...{ topic, partition, offset: Number(offset), attempt },
    traceparent: textOf(headers.traceparent),
    // From the receipt of the hook, or from the redrive of a dead letter, until the call began.
    wait_ms: Math.max(0, begunAt - Number(timestamp)),
    // Of the whole call, in which `together` messages were handled.
    handle_ms: endedAt - begunAt,
  }
}

const textOf = (header: Message['headers'][string]): string | undefined =>
  header === undefined ? undefined : String(header)
