import type { Metrics } from '../../lib/metrics.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import { handledOutcomes } from '../consumer.ts'
import { circuitStates } from './breaker.ts'

export type ConsumerMetrics = ReturnType<typeof createConsumerMetrics>

/** @param events those the consumer subscribes to */
export const createConsumerMetrics = (metrics: Metrics, events: readonly EventType[]) => ({
  handled: metrics.counter('consumer_handled_total', 'Messages done with, by event and outcome.', {
    event: events,
    outcome: handledOutcomes,
  }),
  handleDuration: metrics.histogram(
    'consumer_handle_duration_seconds',
    'Handling of one call of 1 to n messages, attempts and waits included.',
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
  ),
  ageAtEffect: metrics.histogram(
    'consumer_age_at_effect_seconds',
    'From the receipt of the hook until the message was done with.',
    [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3600, 86_400],
  ),
  batchMessages: metrics.histogram(
    'consumer_batch_messages',
    'Messages handled in one call.',
    [1, 2, 5, 10, 50, 100, 500],
  ),
  retries: metrics.counter('consumer_retries_total', 'Further attempts after a failure.'),
  deadLetters: metrics.counter('consumer_dead_letters_total', 'Messages put aside on the dead-letter topic.'),
  circuit: metrics.gauge(
    'consumer_circuit_state',
    '1 for the state it is in. open: the worker waits, since something downstream is unwell; half_open: it tries again.',
    { state: circuitStates },
  ),
  rebuilds: metrics.counter(
    'consumer_rebuilds_total',
    'Times the Kafka client was replaced because nothing moved.',
  ),
  lastProgress: metrics.gauge(
    'consumer_last_progress_timestamp_seconds',
    'When messages were last done with.',
  ),
})
