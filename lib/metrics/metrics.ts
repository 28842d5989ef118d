import * as prometheus from 'prom-client'
import { type BridgeCatalogue, metricCatalogue, metricPrefix } from './catalogue.ts'
import type { MetricCatalogue, MetricDeclaration } from './declaration.ts'
import type { ClosedNameOf, Counter, Gauge, Histogram, NameOf, SeriesOf, SetsFor } from './typed-metrics.ts'

/** Creates the metrics of one process. A name that the catalogue does not declare does not compile. */
export interface Metrics<Catalogue extends MetricCatalogue = BridgeCatalogue> {
  readonly registry: prometheus.Registry
  counter<Name extends ClosedNameOf<Catalogue, 'counter'>>(name: Name): Counter<SeriesOf<Catalogue[Name]>>
  counter<Name extends NameOf<Catalogue, 'counter'>, const Sets extends SetsFor<Catalogue[Name]>>(
    name: Name,
    sets: Sets,
  ): Counter<SeriesOf<Catalogue[Name], Sets>>
  gauge<Name extends ClosedNameOf<Catalogue, 'gauge'>>(name: Name): Gauge<SeriesOf<Catalogue[Name]>>
  gauge<Name extends NameOf<Catalogue, 'gauge'>, const Sets extends SetsFor<Catalogue[Name]>>(
    name: Name,
    sets: Sets,
    /** Sets the values before each scrape. */
    collect?: (gauge: Gauge<SeriesOf<Catalogue[Name], Sets>>) => Promise<void>,
  ): Gauge<SeriesOf<Catalogue[Name], Sets>>
  histogram<Name extends ClosedNameOf<Catalogue, 'histogram'>>(
    name: Name,
  ): Histogram<SeriesOf<Catalogue[Name]>>
  histogram<Name extends NameOf<Catalogue, 'histogram'>, const Sets extends SetsFor<Catalogue[Name]>>(
    name: Name,
    sets: Sets,
  ): Histogram<SeriesOf<Catalogue[Name], Sets>>
}

/** The metrics of one process, and with them those that prom-client collects about Node. */
export const createMetrics = (): Metrics => {
  const metrics = createMetricsFrom(metricCatalogue)
  prometheus.collectDefaultMetrics({ register: metrics.registry, prefix: metricPrefix })
  metrics.gauge('clock_timestamp_seconds', {}, async (gauge) => gauge.setToCurrentTime())
  return metrics
}

/**
 * Makes metrics from any catalogue. Every series whose label values are known exists from the start with the
 * value 0, so that Prometheus sees a first failure as a rise.
 */
export const createMetricsFrom = <Catalogue extends MetricCatalogue>(
  catalogue: Catalogue,
): Metrics<Catalogue> => {
  const registry = new prometheus.Registry()

  const define = (name: string, sets: Sets = {}) => {
    const metric = catalogue[name]
    if (metric === undefined) throw new Error(`the metric catalogue does not declare ${name}`)
    const { labels = {} } = metric
    return {
      series: seriesOf(metric, sets),
      options: {
        name: metricPrefix + name,
        help: metric.help,
        labelNames: Object.keys(labels),
        registers: [registry],
      },
      buckets: 'buckets' in metric ? [...metric.buckets] : [],
    }
  }
  const counter = (name: string, sets?: Sets) => {
    const { options, series } = define(name, sets)
    const metric = new prometheus.Counter(options)
    for (const labels of series) metric.inc(labels, 0)
    return metric
  }
  const gauge = (name: string, sets?: Sets, collect?: (gauge: prometheus.Gauge) => Promise<void>) => {
    const { options, series } = define(name, sets)
    const metric: prometheus.Gauge = new prometheus.Gauge({
      ...options,
      ...(collect !== undefined && { collect: () => collect(metric) }),
    })
    for (const labels of series) metric.set(labels, 0)
    return metric
  }
  const histogram = (name: string, sets?: Sets) => {
    const { options, series, buckets } = define(name, sets)
    const metric = new prometheus.Histogram({ ...options, buckets })
    for (const labels of series) metric.zero(labels)
    return metric
  }
  // prom-client types the names of the labels but not their values, so its types cannot be assigned to ours.
  return { registry, counter, gauge, histogram } as unknown as Metrics<Catalogue>
}

type Sets = Readonly<Record<string, readonly string[]>>

/** Every combination of the label values: one without labels where the metric has none. */
const seriesOf = ({ labels = {} }: MetricDeclaration, sets: Sets): Record<string, string>[] =>
  Object.entries(labels).reduce<Record<string, string>[]>(
    (rows, [label, set]) => {
      const values = typeof set === 'string' ? (sets[set] ?? []) : set
      return rows.flatMap((row) => values.map((value) => ({ ...row, [label]: value })))
    },
    [{}],
  )
