import type { Producer } from 'kafkajs'
import type { z } from 'zod'
import type { Decode } from '../../lib/avro/codec.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import type { Handler, Message } from '../consumer.ts'
import { createDeadLetterTopic } from './dead-letters/dead-letter-topic.ts'
import { decodeAndHandle } from './decode-and-handle.ts'
import type { HandledDeliveries } from './handled-deliveries.ts'
import type { ConsumerMetrics } from './metrics.ts'
import { chain, type Handle } from './middleware/chain.ts'
import { deadLetter } from './middleware/dead-letter.ts'
import { keepAlive } from './middleware/keep-alive.ts'
import { measure } from './middleware/measure.ts'
import { exponentialDelayMs, retry } from './middleware/retry.ts'
import { skipRepeats } from './middleware/skip-repeats.ts'
import { timeout } from './middleware/timeout.ts'
import { trackCalls } from './middleware/track-calls.ts'
import type { workerVariables } from './worker-variables.ts'

export interface PipelineOptions<E extends EventType> {
  handler: Handler<E>
  /** Undefined where repeats are harmless. */
  handled: HandledDeliveries | undefined
  decode: Decode
  eventOf(message: Pick<Message, 'topic' | 'headers'>): EventType
  producer: Producer
  deadLetterTopic: string
  settings: z.output<typeof workerVariables>
  metrics: ConsumerMetrics
  /** Holds the attempts that run. */
  calls: Set<object>
  logger: Logger
}

/** The way of a message, from the outside in. */
export const createPipeline = <E extends EventType>(options: PipelineOptions<E>): Handle => {
  const { handler, handled, decode, eventOf, producer, deadLetterTopic, settings, metrics, calls, logger } =
    options
  return chain(
    [
      measure(metrics, eventOf),
      ...(handled === undefined ? [] : [skipRepeats(handled, eventOf)]),
      deadLetter(createDeadLetterTopic(producer, deadLetterTopic, eventOf, metrics, logger)),
      retry(settings.CONSUMER_ATTEMPTS, exponentialDelayMs, (error) => {
        metrics.retries.inc()
        logger.warn('handling failed, trying again', { error: messageOf(error) })
      }),
      trackCalls(calls),
      timeout(settings.CONSUMER_TIMEOUT_SECONDS * 1000),
      keepAlive(heartbeatMs(settings.CONSUMER_SESSION_SECONDS)),
    ],
    decodeAndHandle(decode, eventOf, handler),
  )
}

/** So many fit into a session that a few may get lost. */
export const heartbeatMs = (sessionSeconds: number): number => Math.round((sessionSeconds * 1000) / 15)
