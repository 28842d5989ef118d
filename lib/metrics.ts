import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Everything one process measures, under the prefix `gitlab_bridge_`. */
export interface Metrics {
  readonly registry: Registry
  counter<L extends string = never>(name: string, help: string, series?: Series<L>): Counter<L>
  /** @param collect sets the values anew, before each scrape */
  gauge<L extends string = never>(
    name: string,
    help: string,
    series?: Series<L>,
    collect?: (gauge: Gauge<L>) => Promise<void>,
  ): Gauge<L>
  /** A gauge whose labels are known only once the configuration is read; its series are set then. */
  labelledGauge<L extends string>(name: string, help: string, labels: readonly L[]): Gauge<L>
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    series?: Series<L>,
  ): Histogram<L>
}

/** The closed set of values of each label: every combination exists from the start, so that a first failure is a rise from 0. */
export type Series<L extends string> = { readonly [label in L]: readonly string[] }

const prefix = 'gitlab_bridge_'

export const createMetrics = (): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix })
  const options = (name: string, help: string) => ({ name: prefix + name, help, registers: [registry] })

  return {
    registry,
    counter(name, help, series) {
      const counter = new Counter({ ...options(name, help), labelNames: labelsOf(series) })
      for (const labels of combinations(series)) counter.inc(labels, 0)
      return counter
    },
    gauge<L extends string>(
      name: string,
      help: string,
      series?: Series<L>,
      collect?: (gauge: Gauge<L>) => Promise<void>,
    ) {
      const gauge: Gauge<L> = new Gauge({
        ...options(name, help),
        labelNames: labelsOf(series),
        ...(collect && { collect: () => collect(gauge) }),
      })
      for (const labels of combinations(series)) gauge.set(labels, 0)
      return gauge
    },
    labelledGauge: (name, help, labels) => new Gauge({ ...options(name, help), labelNames: [...labels] }),
    histogram(name, help, buckets, series) {
      const histogram = new Histogram({
        ...options(name, help),
        buckets: [...buckets],
        labelNames: labelsOf(series),
      })
      for (const labels of combinations(series)) histogram.zero(labels)
      return histogram
    },
  }
}

const labelsOf = <L extends string>(series: Series<L> | undefined): L[] => Object.keys(series ?? {}) as L[]

const combinations = <L extends string>(series: Series<L> | undefined): Record<L, string>[] =>
  labelsOf(series).reduce<Record<L, string>[]>(
    (rows, label) =>
      rows.flatMap((row) => (series?.[label] ?? []).map((value) => ({ ...row, [label]: value }))),
    [{} as Record<L, string>],
  )
