import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { EventType } from '../../schemas/catalogue.ts'

export type ConsumerMetrics = ReturnType<typeof createConsumerMetrics>

/**
 * The metrics of a worker. What each one means is said in `lib/metrics/`.
 *
 * @param events those the consumer subscribes to
 */
export const createConsumerMetrics = (metrics: Metrics, events: readonly EventType[]) => ({
  handled: metrics.counter('consumer_handled_total', { events }),
  handleDuration: metrics.histogram('consumer_handle_duration_seconds'),
  ageAtEffect: metrics.histogram('consumer_age_at_effect_seconds'),
  batchMessages: metrics.histogram('consumer_batch_messages'),
  retries: metrics.counter('consumer_retries_total'),
  deadLetters: metrics.counter('consumer_dead_letters_total'),
  circuit: metrics.gauge('consumer_circuit_state'),
  rebuilds: metrics.counter('consumer_rebuilds_total'),
  unreadTopics: metrics.gauge('consumer_unread_topics'),
  lastProgress: metrics.gauge('consumer_last_progress_timestamp_seconds'),
})
