import type { Producer } from 'kafkajs'
import type { Decode } from '../../lib/avro/codec.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import type { Handler, Message } from '../consumer.ts'
import { createDeadLetterWriter } from './dead-letters/dead-letter-writer.ts'
import { decodeAndHandle } from './decode-and-handle.ts'
import { heartbeatIntervalMs } from './group/heartbeat-interval.ts'
import type { ConsumerMetrics } from './metrics.ts'
import { chain, type Handle, type Middleware } from './middleware/chain.ts'
import { deadLetter } from './middleware/dead-letter.ts'
import { keepAlive } from './middleware/keep-alive.ts'
import { measure } from './middleware/measure.ts'
import { retry, retryDelayMs } from './middleware/retry.ts'
import { type DeliveryMemory, skipRepeats } from './middleware/skip-repeats.ts'
import { timeout } from './middleware/timeout.ts'
import { trackCalls } from './middleware/track-calls.ts'
import type { WorkerSettings } from './worker-variables.ts'

export interface PipelineOptions<E extends EventType> {
  handler: Handler<E>
  /** Undefined where repeats are harmless. */
  handled: DeliveryMemory | undefined
  decode: Decode
  eventOf(message: Pick<Message, 'topic' | 'headers'>): EventType
  producer: Pick<Producer, 'send'>
  deadLetterTopic: string
  settings: WorkerSettings
  metrics: ConsumerMetrics
  /** The pipeline keeps the running attempts in this set. */
  calls: Set<object>
  logger: Logger
}

/** Everything that a message passes through, from the outermost middleware to the handler. */
export const createPipeline = <E extends EventType>(options: PipelineOptions<E>): Handle => {
  const { handler, handled, decode, eventOf, producer, settings, metrics, calls, logger } = options
  const topic = options.deadLetterTopic
  const writeDeadLetter = createDeadLetterWriter({ producer, topic, eventOf, metrics, logger })
  const onRetry = (error: unknown) => {
    metrics.retries.inc()
    logger.warn('handling a message failed; it will be tried again', { error: messageOf(error) })
  }
  const skipHandled: Middleware[] = handled === undefined ? [] : [skipRepeats(handled, eventOf)]
  return chain(
    [
      measure(metrics, eventOf),
      ...skipHandled,
      deadLetter(writeDeadLetter),
      retry(settings.CONSUMER_ATTEMPTS, retryDelayMs, onRetry),
      trackCalls(calls),
      timeout(settings.CONSUMER_TIMEOUT_SECONDS * 1000),
      keepAlive(heartbeatIntervalMs(settings.CONSUMER_SESSION_SECONDS)),
    ],
    decodeAndHandle(decode, eventOf, handler),
  )
}
