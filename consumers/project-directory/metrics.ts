import type { Metrics } from '../../lib/metrics/metrics.ts'

export type DirectoryMetrics = ReturnType<typeof createDirectoryMetrics>

/** What each one means is said in `lib/metrics/`. */
export const createDirectoryMetrics = (metrics: Metrics) => {
  const requests = metrics.counter('directory_requests_total')
  const duration = metrics.histogram('directory_request_duration_seconds')
  return {
    drift: metrics.counter('directory_drift_total'),
    reconciledAt: metrics.gauge('directory_reconciled_timestamp_seconds'),
    reconcileFailing: metrics.gauge('directory_reconcile_failing'),
    ambiguous: metrics.gauge('directory_ambiguous'),
    countRequest: (status: number, seconds: number) => {
      requests.inc({ status: statuses.find((each) => each === String(status)) ?? 'other' })
      duration.observe(seconds)
    },
  }
}

const statuses = ['200', '300', '301', '304', '400', '401', '404', '406', '503'] as const
