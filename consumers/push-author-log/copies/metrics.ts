import type { Metrics } from '../../../lib/metrics/metrics.ts'
import type { Copy } from './copy-loop.ts'

export type CopyMetrics = ReturnType<typeof createCopyMetrics>

/** The metrics about second copies. What each one means is said in `lib/metrics/`. */
export const createCopyMetrics = (metrics: Metrics) => {
  const failing = metrics.gauge('push_log_copy_failing')
  const copiedAt = metrics.gauge('push_log_copied_timestamp_seconds')
  return {
    succeeded: (copy: Copy['kind']) => {
      failing.set({ copy }, 0)
      copiedAt.setToCurrentTime({ copy })
    },
    failed: (copy: Copy['kind']) => failing.set({ copy }, 1),
  }
}
