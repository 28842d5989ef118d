import type { EventType } from '../../schemas/catalogue.ts'
import type { ConsumerMetrics } from '../metrics.ts'
import type { Middleware } from './chain.ts'

/** Counts what became of every message, and how long it took. */
export const measure =
  (metrics: Pick<ConsumerMetrics, 'handled' | 'handleDuration' | 'lastProgress'>, eventOf: (topic: string) => EventType): Middleware =>
  (next) =>
  async (messages, context) => {
    const stopTimer = metrics.handleDuration.startTimer()
    const outcomes = await next(messages, context)
    stopTimer()
    for (const [index, outcome] of outcomes.entries()) {
      const message = messages[index]
      if (message !== undefined) metrics.handled.inc({ event: eventOf(message.topic), outcome })
    }
    metrics.lastProgress.setToCurrentTime()
    return outcomes
  }
