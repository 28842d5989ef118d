/** A unit as Grafana names it. */
export type PanelUnit = 's' | 'bytes' | 'short' | 'percentunit' | 'reqps' | 'cps' | 'dateTimeFromNow'

export interface Query {
  /** PromQL. It selects by the variables `job` and `instance` of the dashboard. */
  expr: string
  /** The name of a line: `{{outcome}}`. Empty where there is one line that needs no name. */
  legend: string
}

/** The text and the colour of one value. */
export interface ValueText {
  value: number
  text: string
  colour: 'grey' | 'green' | 'red'
}

/**
 * `number` shows the last value. `graph` shows values over time.
 *
 * `wrongAbove` is the value above which a number is red.
 */
export interface Panel {
  kind: 'number' | 'graph'
  title: string
  /** Plain sentences: what it shows, and which values are wrong. */
  description: string
  unit: PanelUnit
  queries: readonly Query[]
  wrongAbove?: number
  values?: readonly ValueText[]
  /** A page of docs/runbooks, without `.md`. */
  runbook?: string
}

export interface Row {
  title: string
  panels: readonly Panel[]
}

export interface Dashboard {
  /** It is also the name of the file and the last part of the address: `/d/<uid>`. */
  uid: string
  title: string
  description: string
  rows: readonly Row[]
}
