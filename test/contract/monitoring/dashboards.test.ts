import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { workers } from '../../../consumers/workers.ts'
import { metricCatalogue, metricPrefix } from '../../../lib/metrics/catalogue.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { allDashboards } from '../../../monitoring/dashboards/all-dashboards.ts'
import { generateMonitoring } from '../../../monitoring/generate-monitoring.ts'
import { homeOf } from '../../../monitoring/panels/home-of.ts'
import { nodeMetrics } from '../../../monitoring/panels/node-metrics.ts'
import { promtool, withoutPromtool } from '../../helpers/monitoring/promtool.ts'
import { readDashboard } from '../../helpers/monitoring/read-dashboard.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const generated = generateMonitoring()
const dashboards = [...generated]
  .filter(([path]) => path.endsWith('.json'))
  .map(([, text]) => readDashboard(text))
const expressions = dashboards.flatMap(({ panels }) =>
  panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
)

for (const [path, content] of generated)
  test(`monitoring/${path} is what npm run generate writes`, () => {
    assert.ok(readFileSync(join(root, 'monitoring', path), 'utf8') === content, 'Run npm run generate.')
  })

test('no dashboard is left that nothing writes', () => {
  const expected = [...generated.keys()].filter((path) => path.endsWith('.json'))
  const present = readdirSync(join(root, 'monitoring/grafana/dashboards'))
  assert.deepEqual(present.map((file) => `grafana/dashboards/${file}`).sort(), expected.sort())
})

test('every metric of the catalogue is on a dashboard', () => {
  const all = expressions.join('\n')
  for (const name of Object.keys(metricCatalogue))
    assert.match(all, new RegExp(`\\b${metricPrefix}${name}(_bucket|_sum|_count)?\\{`))
})

test('every worker has a page, and its name is in every query about it', () => {
  for (const { name } of workers) {
    const page = dashboards.find(({ uid }) => uid === `bridge-worker-${name}`)
    assert.ok(page !== undefined, name)
    for (const { targets = [] } of page.panels)
      for (const { expr } of targets) assert.match(expr, new RegExp(`="${name}"|[.]\\]${name}"`))
  }
})

test('a metric has its home by its name and its labels', () => {
  const workers = ['audit-log', 'ldap-sync']
  assert.equal(homeOf('audit_log_forked', workers), 'worker:audit-log')
  assert.equal(homeOf('directory_requests_total', workers), 'worker:project-directory')
  assert.equal(homeOf('ingress_hooks_total', workers), 'ingress')
  assert.equal(homeOf('consumer_handled_total', workers), 'workers')
  assert.equal(homeOf('dead_letters', workers), 'workers')
})

test('a worker that is not used is grey, and a new worker gets its page by being listed', () => {
  const [page] = allDashboards([{ name: 'door-bell', summary: 'Rings.' }]).filter(
    ({ uid }) => uid === 'bridge-worker-door-bell',
  )
  const inUse = page?.rows.flatMap(({ panels }) => panels).find(({ title }) => title === 'In use')
  assert.deepEqual(inUse?.values?.[0], { value: 0, text: 'not used', colour: 'grey' })
})

test('a panel that can be wrong links to a runbook that exists', () => {
  const urls = dashboards.flatMap(({ panels }) =>
    panels.flatMap(({ links = [] }) => links.map(({ url }) => url)),
  )
  assert.ok(urls.length > 50)
  for (const url of new Set(urls)) {
    assert.match(url, /^\$\{runbooks\}\/[a-z0-9-]+\.md$/)
    assert.ok(existsSync(join(root, 'docs/runbooks', url.slice(url.indexOf('/') + 1))), url)
  }
})

test('panels do not cover each other, and none is wider than the page', () => {
  for (const { title, panels } of dashboards) {
    const taken = new Set<string>()
    for (const { gridPos } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, title)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(!taken.has(`${x} ${y}`), `${title}: ${x} ${y}`)
          taken.add(`${x} ${y}`)
        }
    }
  }
})

test('every query is PromQL', { skip: withoutPromtool }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'queries-'))
  const rules = expressions.map((expr, index) => ({
    record: `query:${index}`,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance)/g, '.+'),
  }))
  const file = join(folder, 'queries.yml')
  writeFileSync(file, stringify({ groups: [{ name: 'queries', rules }] }))
  const { isOk, output } = promtool('check', 'rules', file)
  rmSync(folder, { recursive: true })
  assert.ok(isOk, output)
})

test('the metrics of Node are those that prom-client exports', async () => {
  const exported = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) =>
    name.slice(metricPrefix.length),
  )
  const ours = new Set<string>(Object.keys(metricCatalogue))
  assert.deepEqual(Object.keys(nodeMetrics).sort(), exported.filter((name) => !ours.has(name)).sort())
})
