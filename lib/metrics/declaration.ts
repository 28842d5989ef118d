/** The processes that export metrics. `worker` stands for `bridge consumer NAME`, whichever worker it is. */
export type ProcessKind = 'ingress' | 'worker' | 'lag-exporter'

/**
 * What a value counts or measures. A timestamp is in seconds since 1970. A state is 1 where it applies and 0
 * elsewhere.
 */
export type Unit =
  | 'seconds'
  | 'timestamp'
  | 'bytes'
  | 'state'
  | 'hooks'
  | 'records'
  | 'messages'
  | 'streams'
  | 'requests'
  | 'fields'
  | 'topics'
  | 'attempts'
  | 'restarts'
  | 'changes'
  | 'groups'
  | 'members'
  | 'people'

/** A set of label values that lib does not know. The process passes the values when it creates the metric. */
export type OpenSet =
  | 'events'
  | 'workers'
  | 'groups'
  | 'topics'
  | 'sources'
  | 'credentials'
  | 'gitlabs'
  | 'destinations'
  | 'stages'

/**
 * The values that a label may take: all of them, or the name of an open set. Never a project, a user or a
 * path.
 */
export type LabelValues = readonly string[] | OpenSet

interface Declaration {
  /** One plain sentence. Prometheus shows it beside the metric. */
  help: string
  unit: Unit
  processes: readonly ProcessKind[]
  labels?: Readonly<Record<string, LabelValues>>
}

export type CounterDeclaration = Declaration & { type: 'counter' }
export type GaugeDeclaration = Declaration & { type: 'gauge' }
/** `buckets` are upper limits in the unit of the metric. */
export type HistogramDeclaration = Declaration & { type: 'histogram'; buckets: readonly number[] }

export type MetricDeclaration = CounterDeclaration | GaugeDeclaration | HistogramDeclaration

/** Metric name without the prefix `gitlab_bridge_` → declaration. */
export type MetricCatalogue = Readonly<Record<string, MetricDeclaration>>
