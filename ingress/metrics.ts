import type { Metrics } from '../lib/metrics.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import { outcomeKinds, rejections } from './outcome.ts'

export const publishFailureCauses = [
  'timeout',
  'connection',
  'leader',
  'replicas',
  'topic',
  'refused',
  'other',
] as const
export type PublishFailureCause = (typeof publishFailureCauses)[number]

export type IngressMetrics = ReturnType<typeof createIngressMetrics>

export const createIngressMetrics = (metrics: Metrics) => ({
  received: metrics.counter('ingress_received_total', 'Hooks that came to the door.'),
  hooks: metrics.counter('ingress_hooks_total', 'Hooks answered, by outcome.', { outcome: outcomeKinds }),
  rejections: metrics.counter('ingress_rejections_total', 'Senders turned away at the door, by reason.', {
    reason: rejections,
  }),
  inFlight: metrics.gauge('ingress_in_flight_hooks', 'Hooks being answered.'),
  duration: metrics.histogram(
    'ingress_duration_seconds',
    'From the first byte of a hook to its answer.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ),
  bodyBytes: metrics.histogram(
    'ingress_body_bytes',
    'Size of the bodies of authenticated hooks.',
    [1e3, 4e3, 16e3, 64e3, 256e3, 1e6, 4e6, 16e6, 26e6],
  ),
  credentialUsed: metrics.labelledGauge(
    'ingress_credential_last_used_timestamp_seconds',
    'When a credential last proved a hook; 0: not since it was configured or we started. One that is not used any more may be removed.',
    ['source', 'proof', 'credential'],
  ),
  records: metrics.counter('ingress_records_total', 'Records acknowledged by the brokers, by event.', {
    event: eventTypes,
  }),
  coercionFaults: metrics.counter(
    'ingress_coercion_faults_total',
    'Optional fields GitLab sent in a shape we do not know.',
    {
      event: eventTypes,
    },
  ),
  changedResends: metrics.counter(
    'ingress_changed_resends_total',
    'Signed hooks whose id had come before with another body.',
  ),
  batchRecords: metrics.histogram(
    'ingress_batch_records',
    'Records sent in one produce request.',
    [1, 2, 5, 10, 20, 50, 100, 200, 500],
  ),
  publishFailures: metrics.counter(
    'ingress_publish_failures_total',
    'Produce requests that failed, by cause; what failed is sent again.',
    {
      cause: publishFailureCauses,
    },
  ),
  producersRebuilt: metrics.counter(
    'ingress_producers_rebuilt_total',
    'Producers given up as stuck and replaced.',
  ),
  queuedRecords: metrics.gauge(
    'ingress_queued_records',
    'Records that wait for a produce request or its acknowledgement.',
  ),
  lastAcknowledged: metrics.gauge(
    'ingress_last_acknowledged_timestamp_seconds',
    'When the brokers last acknowledged a produce request.',
  ),
  lastReadBack: metrics.gauge(
    'ingress_canary_read_back_timestamp_seconds',
    'When a record published by the idle ingress was last read back.',
  ),
  connected: metrics.gauge(
    'ingress_connected',
    'Whether the brokers and the schema registry have answered since the start.',
  ),
  schemaIdsFrom: metrics.gauge('ingress_schema_ids', 'Where the schema ids in use were read.', {
    from: ['registry', 'disk'] as const,
  }),
  unavailableTopics: metrics.gauge(
    'ingress_unavailable_topics',
    'Topics that take nothing while others may; their hooks wait on disk.',
  ),
  spoolRecords: metrics.gauge(
    'ingress_spool_records',
    'Hooks on disk that wait for the brokers; just after a start, those counted so far.',
  ),
  spoolBytes: metrics.gauge('ingress_spool_bytes', 'Their size on disk.'),
  spoolLimitBytes: metrics.gauge('ingress_spool_limit_bytes', 'The most the spool may hold.'),
  spoolOldest: metrics.gauge(
    'ingress_spool_oldest_age_seconds',
    'Age of the oldest hook in the spool; 0 where it is empty.',
  ),
  spoolSetAside: metrics.gauge(
    'ingress_spool_set_aside',
    'Damaged or refused hooks that were set aside since the start.',
  ),
})
