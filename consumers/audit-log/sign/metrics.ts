import type { Metrics } from '../../../lib/metrics/metrics.ts'

export type AuditLogMetrics = ReturnType<typeof createAuditLogMetrics>

/** The metrics about checkpoints. What each one means is said in `lib/metrics/`. */
export const createAuditLogMetrics = (metrics: Metrics) => ({
  forked: metrics.gauge('audit_log_forked'),
  unanchored: metrics.gauge('audit_log_unanchored_leaves'),
  anchoredAt: metrics.gauge('audit_log_anchored_timestamp_seconds'),
})
