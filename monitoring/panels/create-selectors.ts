import { type BridgeCatalogue, metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { LabelValue, NameOf, SeriesOf } from '../../lib/metrics/typed-metrics.ts'
import type { NodeMetric } from './node-metrics.ts'

export type MetricName = keyof BridgeCatalogue & string
type HistogramName = NameOf<BridgeCatalogue, 'histogram'>
type HistogramSeries = `${HistogramName}_${'bucket' | 'sum' | 'count'}`

/** A label that Prometheus adds when it scrapes a process. */
type TargetLabel = 'job' | 'instance' | 'process'

type OneOrMore<Value> = Value | readonly Value[]

/** An array means any of its values, a RegExp what it matches as a whole. */
export type Matchers<Name extends MetricName> = {
  readonly [Label in keyof SeriesOf<BridgeCatalogue[Name]>]?:
    | OneOrMore<Known<LabelValue<BridgeCatalogue[Name], Label, Record<never, never>>>>
    | RegExp
} & TargetMatchers
type TargetMatchers = { readonly [Label in TargetLabel]?: OneOrMore<string> }

/** Values of an open set are not known here, so that any text is accepted. */
type Known<Value> = [Value] extends [never] ? string : Value

export interface Selectors {
  /** Selects series of a metric of the catalogue. A label or value that is not declared does not compile. */
  metric<Name extends MetricName>(name: Name, matchers?: Matchers<Name>): string
  /** Selects the series of a histogram; `le` is the upper limit of a bucket. */
  histogram(name: HistogramSeries, matchers?: TargetMatchers & { le?: string }): string
  /** Selects series of a metric that prom-client collects about Node. */
  node(name: NodeMetric, matchers?: TargetMatchers): string
  /** Selects the series that Prometheus makes itself: 1 for each process that it reached. */
  up(matchers?: TargetMatchers): string
}

/** @param common matchers in the language of Prometheus that come first in every selector */
export const createSelectors = (common: readonly string[]): Selectors => {
  const select = (name: string, matchers: object = {}) => {
    const own = Object.entries(matchers).map(([label, value]) => matcherOf(label, value))
    const all = [...common, ...own].join(', ')
    return all === '' ? name : `${name}{${all}}`
  }
  const ours = (name: string, matchers?: object) => select(metricPrefix + name, matchers)
  return { metric: ours, histogram: ours, node: ours, up: (matchers) => select('up', matchers) }
}

const matcherOf = (label: string, value: string | readonly string[] | RegExp): string => {
  if (typeof value === 'string') return `${label}=${JSON.stringify(value)}`
  const pattern = value instanceof RegExp ? value.source : value.join('|')
  return `${label}=~${JSON.stringify(pattern)}`
}
