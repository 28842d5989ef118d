import type { MetricCatalogue, MetricDeclaration, OpenSet } from './declaration.ts'

/** The names of the metrics of one type. */
export type NameOf<Catalogue extends MetricCatalogue, Type extends MetricDeclaration['type']> = {
  [Name in keyof Catalogue]: Catalogue[Name] extends { type: Type } ? Name : never
}[keyof Catalogue] &
  string

type LabelsOf<Metric> = Metric extends { readonly labels: infer Labels } ? Labels : Record<never, never>

type OpenSetOf<Metric> = Extract<LabelsOf<Metric>[keyof LabelsOf<Metric>], OpenSet>

/** The names of the metrics of one type whose label values are all in the catalogue. */
export type ClosedNameOf<Catalogue extends MetricCatalogue, Type extends MetricDeclaration['type']> = {
  [Name in NameOf<Catalogue, Type>]: [OpenSetOf<Catalogue[Name]>] extends [never] ? Name : never
}[NameOf<Catalogue, Type>]

/** The open sets of a metric → their values. A set whose values appear later is an empty array. */
export type SetsFor<Metric> = { readonly [Set in OpenSetOf<Metric>]: readonly string[] }

/** The values that one label of a metric may take. */
export type LabelValue<Metric, Label, Sets> = Label extends keyof LabelsOf<Metric>
  ? LabelsOf<Metric>[Label] extends readonly (infer Value)[]
    ? Value
    : LabelsOf<Metric>[Label] extends keyof Sets
      ? Sets[LabelsOf<Metric>[Label]] extends readonly (infer Value)[]
        ? Value
        : never
      : never
  : never

/** The labels of one series of a metric. */
export type SeriesOf<Metric, Sets = Record<never, never>> = {
  readonly [Label in keyof LabelsOf<Metric>]: LabelValue<Metric, Label, Sets>
}

/** The arguments of a call: the labels come first where the metric has labels. */
type Args<Series, Rest extends unknown[]> = [keyof Series] extends [never]
  ? Rest
  : [series: Series, ...rest: Rest]

export interface Counter<Series> {
  /** Adds 1 unless another amount is given. */
  inc(...args: Args<Series, [amount?: number]>): void
}

export interface Gauge<Series> {
  set(...args: Args<Series, [value: number]>): void
  setToCurrentTime(...args: Args<Series, []>): void
  inc(...args: Args<Series, [amount?: number]>): void
  dec(...args: Args<Series, [amount?: number]>): void
  remove(...args: Args<Series, []>): void
}

export interface Histogram<Series> {
  observe(...args: Args<Series, [value: number]>): void
  /** The function that is returned observes the seconds since this call. */
  startTimer(...args: Args<Series, []>): () => number
}
