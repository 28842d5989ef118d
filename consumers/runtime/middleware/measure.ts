import type { EventType } from '../../../schemas/catalogue.ts'
import type { HandledOutcome, Message } from '../../consumer.ts'
import type { Middleware } from './chain.ts'

/** The metrics that this middleware sets. */
export interface HandlingMetrics {
  handled: { inc(labels: { event: EventType; outcome: HandledOutcome }): void }
  handleDuration: { startTimer(): () => void }
  batchMessages: { observe(messages: number): void }
  ageAtEffect: { observe(seconds: number): void }
  lastProgress: { set(secondsSince1970: number): void }
}

/** Counts the outcome of every message, and measures the duration of handling and the age of each message. */
export const measure =
  (metrics: HandlingMetrics, eventOf: (message: Message) => EventType): Middleware =>
  (next) =>
  async (messages, context) => {
    const stopTimer = metrics.handleDuration.startTimer()
    const outcomes = await next(messages, context)
    stopTimer()
    const now = Date.now()
    metrics.batchMessages.observe(outcomes.length)
    for (const [index, outcome] of outcomes.entries()) {
      const message = messages[index]
      if (message === undefined) continue
      metrics.handled.inc({ event: eventOf(message), outcome })
      metrics.ageAtEffect.observe((now - Number(message.timestamp)) / 1000)
    }
    metrics.lastProgress.set(now / 1000)
    return outcomes
  }
