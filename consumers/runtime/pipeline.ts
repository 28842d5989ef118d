import type { Producer } from 'kafkajs'
import { messageOf } from '../../lib/errors.ts'
import { isInvented } from '../../lib/invented-sources.ts'
import { messageOrigin } from '../../lib/kafka/message-origin.ts'
import type { Logger } from '../../lib/logger.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import type { Message } from '../consumer.ts'
import { createDeadLetterWriter } from './dead-letters/dead-letter-writer.ts'
import { decodeAndHandle, type IsIgnored } from './decode-and-handle.ts'
import { heartbeatIntervalMs } from './group/heartbeat-interval.ts'
import { maxAgeMsOf } from './max-age.ts'
import type { ConsumerMetrics } from './metrics.ts'
import { chain, type Handle, type Middleware } from './middleware/chain.ts'
import { deadLetter, type WriteDeadLetter } from './middleware/dead-letter.ts'
import { keepAlive } from './middleware/keep-alive.ts'
import { logDeliveries } from './middleware/log-deliveries.ts'
import { measure } from './middleware/measure.ts'
import { type OnRetry, retry, retryDelayMs } from './middleware/retry.ts'
import { skipOld } from './middleware/skip-old.ts'
import { skipRepeats } from './middleware/skip-repeats.ts'
import { timeout } from './middleware/timeout.ts'
import { trackCalls } from './middleware/track-calls.ts'
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
  const { consumer, settings, names, decode, eventOf, handler, handled, topicIds, logger } = resources
  const topic = names.deadLetterTopic(consumer.name)
  const writer = createDeadLetterWriter({ producer, topic, eventOf, metrics, logger })
  const writeDeadLetter: WriteDeadLetter = async (message, error, attempts) => {
    await writer(message, error, attempts)
    await handler.positions?.pass(topicIds.originOf(message))
  }
  const onRetry: OnRetry = (error, message, failures) => {
    metrics.retries.inc()
    logger.warn('handling a message failed; it will be tried again', {
      origin: messageOrigin(message),
      attempt: failures,
      attempts: settings.CONSUMER_ATTEMPTS,
      error: messageOf(error),
    })
  }
  const maxAgeMs = maxAgeMsOf(consumer, settings)
  const leaveOutOld: Middleware[] =
    maxAgeMs === undefined ? [] : [skipOld(maxAgeMs, Date.now, (messages) => logOld(messages, logger))]
  const isIgnored = ignoredBy(consumer, settings, logger)
  const skipHandled: Middleware[] = handled === undefined ? [] : [skipRepeats(handled, eventOf)]
  return chain(
    [
      measure(metrics, eventOf),
      logDeliveries(resources.logDeliveries, logger, eventOf),
      ...leaveOutOld,
      ...skipHandled,
      deadLetter(writeDeadLetter),
      retry(settings.CONSUMER_ATTEMPTS, retryDelayMs, onRetry),
      trackCalls(calls),
      timeout(settings.CONSUMER_TIMEOUT_SECONDS * 1000),
      keepAlive(heartbeatIntervalMs(settings.CONSUMER_SESSION_SECONDS)),
    ],
    decodeAndHandle(decode, eventOf, handler, topicIds.originOf, isIgnored),
  )
}

/** One line for all messages of a call: after a long outage there may be many. */
const logOld = (messages: readonly Message[], logger: Logger): void => {
  logger.warn('records are older than the maximum age of the worker, so it does not handle them', {
    topic: messages[0]?.topic,
    deliveries: messages.map((message) => String(message.headers.ce_id ?? messageOrigin(message))),
  })
}

const ignoredBy = (
  { effect }: WorkerResources['consumer'],
  { BRIDGE_LET_WORKERS_ACT: mayAct }: WorkerResources['settings'],
  logger: Logger,
): IsIgnored => {
  if (effect === 'internal') return () => false
  if (!mayAct) return (record) => isInventedRecord(record, logger)
  // This is meant for trying things. An operator who has left it on must see it.
  logger.warn(
    'the worker acts outside of the bridge also on invented events, such as those of `bridge send`: ' +
      'start it without --let-workers-act and BRIDGE_LET_WORKERS_ACT to end that',
  )
  return () => false
}

const isInventedRecord = ({ delivery }: RecordOf, logger: Logger): boolean => {
  if (!isInvented(delivery.source)) return false
  logger.info('the worker does not act on an invented event: start it with --let-workers-act to let it', {
    delivery_id: delivery.id,
    source: delivery.source,
  })
  return true
}
