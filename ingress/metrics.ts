import type { ValueOfLabel } from '../lib/metrics/catalogue.ts'
import type { Metrics } from '../lib/metrics/metrics.ts'
import { eventTypes } from '../schemas/catalogue.ts'

/** Why a produce request failed. */
export type PublishFailureCause = ValueOfLabel<'ingress_publish_failures_total', 'cause'>

export type IngressMetrics = ReturnType<typeof createIngressMetrics>

/** The metrics of the ingress. The catalogue in `lib/metrics/` says what each one means. */
export const createIngressMetrics = (metrics: Metrics) => ({
  received: metrics.counter('ingress_received_total'),
  hooks: metrics.counter('ingress_hooks_total'),
  rejections: metrics.counter('ingress_rejections_total'),
  inFlight: metrics.gauge('ingress_in_flight_hooks'),
  duration: metrics.histogram('ingress_duration_seconds'),
  bodyBytes: metrics.histogram('ingress_body_bytes'),
  credentialUsed: metrics.gauge('ingress_credential_last_used_timestamp_seconds', {
    sources: knownLater,
    credentials: knownLater,
  }),
  certificateExpires: metrics.gauge('ingress_certificate_expires_timestamp_seconds'),
  records: metrics.counter('ingress_records_total', { events: eventTypes }),
  coercionFaults: metrics.counter('ingress_coercion_faults_total', { events: eventTypes }),
  bodyLimits: metrics.counter('ingress_body_limits_exceeded_total'),
  placesLost: metrics.counter('ingress_places_lost_total'),
  changedResends: metrics.counter('ingress_changed_resends_total'),
  batchRecords: metrics.histogram('ingress_batch_records'),
  publishFailures: metrics.counter('ingress_publish_failures_total'),
  producersRebuilt: metrics.counter('ingress_producers_rebuilt_total'),
  queuedRecords: metrics.gauge('ingress_queued_records'),
  lastAcknowledged: metrics.gauge('ingress_last_acknowledged_timestamp_seconds'),
  lastReadBack: metrics.gauge('ingress_canary_read_back_timestamp_seconds'),
  connected: metrics.gauge('ingress_connected'),
  schemaIdsFrom: metrics.gauge('ingress_schema_ids'),
  unavailableTopics: metrics.gauge('ingress_unavailable_topics'),
  spoolRecords: metrics.gauge('ingress_spool_records'),
  spoolBytes: metrics.gauge('ingress_spool_bytes'),
  spoolLimitBytes: metrics.gauge('ingress_spool_limit_bytes'),
  spoolOldest: metrics.gauge('ingress_spool_oldest_age_seconds'),
  spoolSetAside: metrics.gauge('ingress_spool_set_aside'),
})

/** Sources and credentials are known once the configuration has been read. Their series are set then. */
const knownLater: readonly string[] = []
