import type { Producer } from 'kafkajs'
import { createRegistry } from '../../lib/avro/registry.ts'
import { messageOf } from '../../lib/errors.ts'
import { messageOrigin } from '../../lib/kafka/message-origin.ts'
import { createDeadLetterWriter } from './dead-letters/dead-letter-writer.ts'
import { decodeAndHandle } from './decode-and-handle.ts'
import { createEventDecoder, createEventOf } from './event-decoder.ts'
import { heartbeatIntervalMs } from './group/heartbeat-interval.ts'
import type { ConsumerMetrics } from './metrics.ts'
import { chain, type Handle, type Middleware } from './middleware/chain.ts'
import { deadLetter } from './middleware/dead-letter.ts'
import { keepAlive } from './middleware/keep-alive.ts'
import { measure } from './middleware/measure.ts'
import { type OnRetry, retry, retryDelayMs } from './middleware/retry.ts'
import { skipRepeats } from './middleware/skip-repeats.ts'
import { timeout } from './middleware/timeout.ts'
import { trackCalls } from './middleware/track-calls.ts'
import { withWholeBodies } from './whole-bodies.ts'
import type { WorkerResources } from './worker-resources.ts'

/**
 * Makes everything that a message passes through, from the outermost middleware to the handler.
 *
 * @param calls the pipeline keeps the running attempts in this set
 */
export const createPipeline = (
  resources: WorkerResources,
  producer: Pick<Producer, 'send'>,
  metrics: ConsumerMetrics,
  calls: Set<object>,
): Handle => {
  const { consumer, settings, names, group, kafka, handler, handled, logger } = resources
  const eventOf = createEventOf(new Map(consumer.events.map((event) => [names.topic(event), event])))
  const decodeRecord = createEventDecoder(consumer.events, createRegistry(settings, group))
  const decode = consumer.wholeBodies
    ? withWholeBodies(decodeRecord, kafka, names.rawChunksTopic, logger)
    : decodeRecord
  const topic = names.deadLetterTopic(consumer.name)
  const writeDeadLetter = createDeadLetterWriter({ producer, topic, eventOf, metrics, logger })
  const onRetry: OnRetry = (error, message, failures) => {
    metrics.retries.inc()
    logger.warn('handling a message failed; it will be tried again', {
      origin: messageOrigin(message),
      attempt: failures,
      attempts: settings.CONSUMER_ATTEMPTS,
      error: messageOf(error),
    })
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
