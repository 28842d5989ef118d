import type { Metrics } from '../../../lib/metrics/metrics.ts'

/**
 * The value of one series of metrics in this process, such as `ingress_hooks_total` with `{ outcome:
 * 'published' }`; undefined if the series does not exist.
 */
export const seriesValue = async (
  metrics: Pick<Metrics, 'registry'>,
  name: string,
  labels: Record<string, string> = {},
): Promise<number | undefined> => {
  const metric = (await metrics.registry.getMetricsAsJSON()).find((candidate) =>
    `gitlab_bridge_${name}`.startsWith(candidate.name),
  )
  const values = (metric?.values ?? []) as {
    value: number
    metricName?: string
    labels: Record<string, unknown>
  }[]
  return values.find(
    (row) =>
      (row.metricName ?? metric?.name) === `gitlab_bridge_${name}` &&
      Object.entries(labels).every(([label, value]) => row.labels[label] === value),
  )?.value
}
