import { consumers } from '../../consumers/index.ts'
import { metricCatalogue, metricPrefix } from '../../lib/metrics/catalogue.ts'
import type {
  LabelValues,
  MetricDeclaration,
  OpenSet,
  ProcessKind,
  Unit,
} from '../../lib/metrics/declaration.ts'
import { allDashboards } from '../../monitoring/dashboards/all-dashboards.ts'
import { nodeMetrics } from '../../monitoring/panels/node-metrics.ts'
import { isAlert, readRules } from '../../monitoring/read-rules.ts'

const processTexts: Readonly<Record<ProcessKind, string>> = {
  ingress: '`bridge ingress`',
  worker: '`bridge consumer NAME`',
  'lag-exporter': '`bridge lag-exporter`',
}

const unitTexts: Partial<Record<Unit, string>> = {
  timestamp: 'seconds since 1970',
  state: '1 or 0',
}

const setTexts: Readonly<Record<OpenSet, string>> = {
  events: 'the [events](events.md)',
  workers: 'the workers',
  groups: 'the consumer groups of the workers',
  topics: 'the topics that a group reads',
  sources: 'the configured senders',
  credentials: 'the configured credentials, by position',
  gitlabs: 'the configured GitLabs',
  destinations: 'the destinations of the routes file',
  stages: 'the stages of the process',
}

/** docs/metrics.md: every metric of the catalogue, with the alerts and panels that use it. */
export const generateMetricsPage = (): string => {
  const declarations: [string, MetricDeclaration][] = Object.entries(metricCatalogue)
  const sections = Object.entries(processTexts).map(([process, text]) => {
    const rows = declarations
      .filter(([, { processes }]) => processes.some((each) => each === process))
      .map(([name, declaration]) => rowOf(name, declaration))
    return `## ${text}\n\n${tableHead}\n${rows.join('\n')}\n`
  })
  return `${introduction}\n${sections.join('\n')}\n${nodeSection()}`
}

const introduction = `# Metrics

\`npm run generate\` writes this page from \`lib/metrics/catalogue.ts\`, from the dashboards and from the
alerts. A process exports only what the catalogue declares, and every series whose labels are known
exists from the start with the value 0. Every name begins with \`${metricPrefix}\`. A label never has a
project, a user or a path as its value. A process exports at most 2,000 series and 300 KB.

A histogram has the series \`_bucket\` (with the label \`le\`), \`_sum\` and \`_count\`. What to watch
first is in [operations](operations.md#what-to-watch); the panels are in [dashboards](dashboards.md).
`

const tableHead = `| metric | type | unit | labels | means | alerts | dashboards |
| --- | --- | --- | --- | --- | --- | --- |`

const rowOf = (name: string, { type, unit, labels = {}, help }: MetricDeclaration): string => {
  const cells = [
    `\`${metricPrefix}${name}\``,
    type,
    unitTexts[unit] ?? unit,
    Object.entries(labels).map(labelText).join('; ') || '–',
    help,
    alertsOf(name).join(', ') || '–',
    dashboardsOf(name).join(', ') || '–',
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const labelText = ([label, values]: [string, LabelValues]): string => {
  const set = typeof values === 'string' ? setTexts[values] : values.map((value) => `\`${value}\``).join(', ')
  return `\`${label}\`: ${set}`
}

const rules = readRules()
const dashboards = allDashboards(consumers)

const names = (expr: string, name: string): boolean =>
  new RegExp(`\\b${metricPrefix}${name}(_bucket|_sum|_count)?\\b(?!_)`).test(expr)

/** The alerts that use a metric, also by way of a recording rule. Each links to its runbook. */
const alertsOf = (name: string): string[] => {
  const recorded = rules.filter((rule) => !isAlert(rule) && names(rule.expr, name))
  const uses = (expr: string) =>
    names(expr, name) || recorded.some((rule) => !isAlert(rule) && expr.includes(rule.record))
  const links = rules
    .filter(isAlert)
    .flatMap(({ alert, expr, annotations }) =>
      uses(expr) ? [`[${alert}](${annotations.runbook_url?.replace(/^docs\//, '')})`] : [],
    )
  return [...new Set(links)]
}

/** The titles of the dashboards that show a metric; the pages of the workers count as one. */
const dashboardsOf = (name: string): string[] => {
  const titles = dashboards
    .filter(({ rows }) =>
      rows.some(({ panels }) => panels.some(({ queries }) => queries.some(({ expr }) => names(expr, name)))),
    )
    .map(({ title }) => `*${title}*`)
  const pages = titles.filter((title) => title.startsWith('*Worker '))
  if (pages.length < 2) return titles
  return [...titles.filter((title) => !pages.includes(title)), '*Worker …*']
}

const nodeSection = (): string => `## Every process

prom-client measures these. The same prefix comes before each name.

| metric | means |
| --- | --- |
${Object.entries(nodeMetrics)
  .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  .join('\n')}
`
