import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { allDashboards } from '../../monitoring/dashboards/all-dashboards.ts'
import { readObserved } from '../../monitoring/observed/read-observed.ts'
import type { Dashboard, Panel } from '../../monitoring/panels/panel.ts'

/** docs/dashboards.md: every panel with its query and its runbook. */
export const generateDashboardsPage = (): string =>
  `${introduction}\n${allDashboards(consumers, logFollowers).map(sectionOf).join('\n')}`

const introduction = `# Dashboards

\`npm run generate\` writes this page, and the files in \`monitoring/grafana/dashboards\`, from the
panels in \`monitoring/dashboards\`. A new metric of the [catalogue](metrics.md) and a new worker get
their panels without a line of code. The first dashboard at night is *Is anything being lost?*.

\`docker compose up\` starts Grafana with these dashboards. For your own Grafana, import the files. Each
dashboard has four variables: the data source, the job, the instance, and the address of the runbooks.
Set the last one to the place where your people read \`docs/runbooks\`: every panel that has a runbook
links to it. Dashboards are not editable, because the next version replaces them: make a copy to change
one. A worker that is not used is grey on the dashboard *Workers*, and nothing raises an alarm for it.

In the queries, \`$__rate_interval\` is an interval that Grafana chooses. The matchers \`job=~"$job",
instance=~"$instance"\` are left out here.

The last column has the values that a real Prometheus returned in
\`test/integration/monitoring.test.ts\`, with processes that had just received three hooks. *No series*
means that the process behind the panel is not part of that test. \`BRIDGE_TEST_WRITE_OBSERVED=1\` lets the
test write them anew.
`

const tableHead = `| panel | shows | query | value in the test |
| --- | --- | --- | --- |`

const observed = readObserved()

const sectionOf = ({ title, description, rows }: Dashboard): string => {
  const tables = rows
    .filter(({ panels }) => panels.length > 0)
    .map((row) => `**${row.title}**\n\n${tableHead}\n${row.panels.map(rowOf).join('\n')}\n`)
  return `## ${title}\n\n${description}\n\n${tables.join('\n')}`
}

const rowOf = ({ title, description, queries, runbook }: Panel): string => {
  const link = runbook === undefined ? '' : ` [Runbook](runbooks/${runbook}.md).`
  const texts = queries.map(({ expr }) => `\`${withoutVariables(expr)}\``)
  const values = queries.map(({ expr }) => observed[expr] ?? 'not run yet')
  const cells = [title, `${description}${link}`, texts.join('<br>'), values.join('<br>')]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

const withoutVariables = (expr: string): string =>
  expr.replaceAll(/job=~"\$job", instance=~"\$instance"(, )?/g, '').replaceAll('{}', '')
