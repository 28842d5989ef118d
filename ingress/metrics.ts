import type { Metrics } from '../lib/metrics.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import { outcomeKinds } from './outcome.ts'

export const publishFailureCauses = ['timeout', 'connection', 'leader', 'replicas', 'topic', 'refused', 'other'] as const
export type PublishFailureCause = (typeof publishFailureCauses)[number]

export type IngressMetrics = ReturnType<typeof createIngressMetrics>

export const createIngressMetrics = (metrics: Metrics) => ({
  hooks: metrics.counter('ingress_hooks_total', 'Hooks answered, by outcome.', { outcome: outcomeKinds }),
  records: metrics.counter('ingress_records_total', 'Records acknowledged by the brokers, by event.', { event: eventTypes }),
  coercionFaults: metrics.counter('ingress_coercion_faults_total', 'Optional fields GitLab sent in a shape we do not know.', {
    event: eventTypes,
  }),
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
  batchRecords: metrics.histogram('ingress_batch_records', 'Records sent in one produce request.', [1, 2, 5, 10, 20, 50, 100, 200, 500]),
  publishFailures: metrics.counter('ingress_publish_failures_total', 'Produce requests that failed, by cause; what failed is sent again.', {
    cause: publishFailureCauses,
  }),
  producersRebuilt: metrics.counter('ingress_producers_rebuilt_total', 'Producers given up as stuck and replaced.'),
  queuedRecords: metrics.gauge('ingress_queued_records', 'Records that wait for a produce request or its acknowledgement.'),
  lastAcknowledged: metrics.gauge('ingress_last_acknowledged_timestamp_seconds', 'When the brokers last acknowledged a produce request.'),
})
