import { metricCatalogue } from '../../lib/metrics/catalogue.ts'
import type { MetricDeclaration, Unit } from '../../lib/metrics/declaration.ts'
import type { MetricName } from './create-selectors.ts'
import type { Panel, PanelUnit } from './panel.ts'
import { panelSelectors } from './panel-selectors.ts'

/** Further properties of a panel, and matchers such as `{ process: 'audit-log' }`. */
interface Options extends Partial<Pick<Panel, 'title' | 'description' | 'runbook' | 'wrongAbove'>> {
  matchers?: Readonly<Record<string, string | RegExp>>
  /** A beginning of the name that the title leaves out: `ldap_sync_`. */
  known?: string
}

/** The panel of a metric, made from its declaration: a rate, a time, percentiles or the value itself. */
export const metricPanel = (
  name: MetricName,
  { matchers = {}, known = '', ...options }: Options = {},
): Panel => {
  const declaration: MetricDeclaration = metricCatalogue[name]
  return {
    title: titleOf(name, known),
    description: declaration.help,
    ...shapeOf(name, declaration, matchers),
    ...options,
  }
}

const shapeOf = (
  name: MetricName,
  { type, unit, labels = {}, processes }: MetricDeclaration,
  matchers: object,
): Pick<Panel, 'kind' | 'unit' | 'queries' | 'values'> => {
  // A series of a worker or of a destination is told apart by its process; the lag exporter has other labels.
  const perProcess = processes.some((process) => process === 'worker') ? ['process'] : []
  const by = [...perProcess, ...Object.keys(labels)]
  const legend = by.map((label) => `{{${label}}}`).join(' ')
  const select = selectAny(name)
  if (type === 'counter') {
    const rates = `sum by (${by.join(', ')}) (rate(${select('', matchers)}[$__rate_interval]))`
    const expr = Object.values(labels).includes('events') ? `topk(10, ${rates})` : rates
    return { kind: 'graph', unit: perSecond(unit), queries: [{ expr, legend }] }
  }
  if (type === 'histogram') {
    const quantile = (q: number) => {
      const rate = `rate(${select('_bucket', matchers)}[$__rate_interval])`
      const rates = `sum by (${[...by, 'le'].join(', ')}) (${rate})`
      return { expr: `histogram_quantile(${q}, ${rates})`, legend: `${legend} p${q * 100}`.trim() }
    }
    return { kind: 'graph', unit: unitOf(unit), queries: [quantile(0.5), quantile(0.99)] }
  }
  const latest = `max by (${by.join(', ')}) (${select('', matchers)})`
  if (unit !== 'timestamp') return { kind: 'graph', unit: unitOf(unit), queries: [{ expr: latest, legend }] }
  const queries = [{ expr: `${latest} * 1000`, legend }]
  return {
    kind: 'number',
    unit: 'dateTimeFromNow',
    queries,
    values: [{ value: 0, text: 'never', colour: 'grey' }],
  }
}

/** The types of the selectors know each metric by itself. Here the declaration says what the metric has. */
const selectAny = (name: MetricName) => (suffix: '' | '_bucket', matchers: object) =>
  (panelSelectors.metric as (name: string, matchers: object) => string)(name + suffix, matchers)

const unitOf = (unit: Unit): PanelUnit => {
  if (unit === 'seconds') return 's'
  return unit === 'bytes' ? 'bytes' : 'short'
}

const perSecond = (unit: Unit): PanelUnit => (unit === 'hooks' || unit === 'requests' ? 'reqps' : 'cps')

/** `ingress_spool_oldest_age_seconds` → `Spool oldest age`. The dashboard already names the process. */
const titleOf = (name: string, known: string): string => {
  const words = name
    .replace(/^(ingress|consumer)_/, '')
    .replace(known, '')
    .replace(/_bytes$/, '_size')
    .replace(/(_timestamp)?_seconds$|_total$/, '')
    .replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
