import type { Metrics } from '../../../lib/metrics/metrics.ts'

/** Where a second copy is. */
export type CopyKind = 'directory' | 'consul'
export type CopyMetrics = ReturnType<typeof createCopyMetrics>

/** The metrics about second copies. What each one means is said in `lib/metrics/`. */
export const createCopyMetrics = (metrics: Metrics) => {
  const failing = metrics.gauge('push_log_copy_failing')
  const copiedAt = metrics.gauge('push_log_copied_timestamp_seconds')
  return {
    succeeded: (copy: CopyKind) => {
      failing.set({ copy }, 0)
      copiedAt.setToCurrentTime({ copy })
    },
    failed: (copy: CopyKind) => failing.set({ copy }, 1),
  }
}
