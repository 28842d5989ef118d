import type { MetricCatalogue, ProcessKind } from './declaration.ts'

const processes = ['worker'] as const satisfies readonly ProcessKind[]

/** The metrics of `bridge consumer NAME`. */
export const workerCatalogue = {
  consumer_handled_total: {
    type: 'counter',
    help: 'Messages that the worker has finished with, by event and outcome.',
    unit: 'messages',
    processes,
    labels: { event: 'events', outcome: ['processed', 'skipped', 'too_old', 'invented', 'dead_lettered'] },
  },
  consumer_handle_duration_seconds: {
    type: 'histogram',
    help: 'Duration of one call of the handler with one or more messages, including retries and waits.',
    unit: 'seconds',
    processes,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
  },
  consumer_age_at_effect_seconds: {
    type: 'histogram',
    help: 'Time from the receipt of the hook until the worker has finished with its message.',
    unit: 'seconds',
    processes,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 60, 300, 3600, 86_400],
  },
  consumer_batch_messages: {
    type: 'histogram',
    help: 'Messages that were handled in one call of the handler.',
    unit: 'messages',
    processes,
    buckets: [1, 2, 5, 10, 50, 100, 500],
  },
  consumer_retries_total: {
    type: 'counter',
    help: 'Attempts that followed a failed attempt.',
    unit: 'attempts',
    processes,
  },
  consumer_dead_letters_total: {
    type: 'counter',
    help: 'Messages that the worker has published to its dead-letter topic.',
    unit: 'messages',
    processes,
  },
  consumer_circuit_state: {
    type: 'gauge',
    help:
      '1 for the current state of the circuit breaker, 0 for the others. ' +
      'In state open, the worker waits.',
    unit: 'state',
    processes,
    labels: { state: ['closed', 'open', 'half_open'] },
  },
  consumer_rebuilds_total: {
    type: 'counter',
    help: 'Times the Kafka client was replaced because the worker made no progress.',
    unit: 'restarts',
    processes,
  },
  consumer_unread_topics: {
    type: 'gauge',
    help:
      'Topics that the worker does not read, because they do not exist or ' +
      'have a partition without a committed offset.',
    unit: 'topics',
    processes,
  },
  consumer_last_progress_timestamp_seconds: {
    type: 'gauge',
    help: 'When the worker last finished with a message.',
    unit: 'timestamp',
    processes,
  },
} as const satisfies MetricCatalogue
