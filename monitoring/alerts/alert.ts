/** `critical` wakes somebody, `warning` waits for the morning, `info` asks nobody to do anything. */
export type Severity = 'critical' | 'warning' | 'info'

/** A rule of Prometheus that raises an alarm. */
export interface Alert {
  /** In PascalCase. Two alerts with one name differ in their severity or in another label. */
  name: string
  /** PromQL, made with the selectors of the catalogue. */
  expr: string
  /** How long the expression must hold, as Prometheus writes it: `5m`. */
  for: string
  /** How long the alert stays after the expression no longer holds. */
  keepFiringFor?: string
  severity: Severity
  /** Further labels, where two alerts have the same name and severity. */
  labels?: Readonly<Record<string, string>>
  /** One sentence. It can contain `{{ $labels.process }}`. */
  summary: string
  /** What it means for users, and what happens next. */
  description: string
  /** A page of docs/runbooks, without `.md`. */
  runbook: string
  /** The uid of a dashboard. */
  dashboard: string
}

/** A value that Prometheus computes once for several alerts: `level:metric:operation`. */
export interface Recording {
  record: string
  expr: string
}

/** The alerts of one file. */
export interface AlertGroup {
  /** It is also the name of the file. */
  name: string
  /** The comment at the top of the file. */
  about: string
  recordings: readonly Recording[]
  alerts: readonly Alert[]
}
