import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'
import type { ConsumerMetrics } from '../metrics.ts'
import type { Middleware } from './chain.ts'

type Measured = Pick<
  ConsumerMetrics,
  'handled' | 'handleDuration' | 'batchMessages' | 'ageAtEffect' | 'lastProgress'
>

/** Counts what became of every message, how long it took, and how old the event was by then. */
export const measure =
  (metrics: Measured, eventOf: (message: Message) => EventType): Middleware =>
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
