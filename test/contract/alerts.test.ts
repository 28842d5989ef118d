import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { metricCatalogue, metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { MetricCatalogue } from '../../lib/metrics/declaration.ts'
import { allDashboards } from '../../monitoring/dashboards/all-dashboards.ts'
import { nodeMetrics } from '../../monitoring/panels/node-metrics.ts'
import { isAlert, readRules, ruleFiles } from '../../monitoring/read-rules.ts'
import { readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'monitoring/prometheus/rules')
const rules = readRules()
const alerts = rules.filter(isAlert)

test('every alert says what it means, how urgent it is, and where to look', () => {
  assert.ok(alerts.length > 30)
  const dashboards = new Set(allDashboards(consumers, logFollowers).map(({ uid }) => `/d/${uid}`))
  for (const { alert, labels, annotations, ...rule } of alerts) {
    const { summary = '', description = '', runbook_url = '', dashboard_url = '' } = annotations
    assert.match(labels.severity, /^(critical|warning|info)$/, alert)
    assert.match(summary, /\.$/, alert)
    assert.match(description, /\.$/, alert)
    assert.ok(rule.for !== undefined || rule.keep_firing_for !== undefined, `${alert} has no duration`)
    assert.ok(dashboards.has(dashboard_url), `${alert}: ${dashboard_url}`)
    assert.ok(existsSync(join(root, runbook_url)), `${alert}: ${runbook_url}`)
    assert.ok(readPage(runbook_url).includes(`\`${alert}\``), `the runbook does not name ${alert}`)
  }
})

test('the index of the runbooks leads from each alert to its runbook', () => {
  const rows = readPage('docs/runbooks/README.md').split('\n')
  for (const { alert, annotations } of alerts) {
    const page = annotations.runbook_url?.replace('docs/runbooks/', '') ?? ''
    assert.ok(
      rows.some((row) => row.includes(`\`${alert}\``) && row.includes(`(${page})`)),
      `the index does not lead from ${alert} to ${page}`,
    )
  }
})

/** Labels that are not declared: Prometheus sets them, or the buckets of a histogram have them. */
const otherLabels = ['job', 'instance', 'process', 'le']

test('the rules use only metrics, labels and label values that exist', () => {
  const catalogue: MetricCatalogue = metricCatalogue
  const selector = /(?<!:)\b(gitlab_bridge_[a-z0-9_]+)\b(?!:)(?:\{([^}]*)\})?/g
  for (const rule of rules) {
    const name = isAlert(rule) ? rule.alert : rule.record
    for (const [, full = '', matchers = ''] of rule.expr.matchAll(selector)) {
      const bare = full.slice(metricPrefix.length)
      if (bare in nodeMetrics) continue
      const metric = catalogue[bare] ?? catalogue[bare.replace(/_(bucket|count|sum)$/, '')]
      assert.ok(metric !== undefined, `${name}: ${full}`)
      for (const [, label = '', values = ''] of matchers.matchAll(/(\w+)[=~!]+"([^"]*)"/g)) {
        if (otherLabels.includes(label)) continue
        const declared = metric.labels?.[label]
        assert.ok(declared !== undefined, `${name}: ${full} has no label ${label}`)
        if (Array.isArray(declared))
          for (const value of values.split('|')) assert.ok(declared.includes(value), `${name}: ${value}`)
      }
    }
  }
})

test('a recording rule is named level:metric:operation, with a metric that exists', () => {
  const recordings = rules.filter((rule) => 'record' in rule)
  assert.ok(recordings.length > 0)
  for (const { record } of recordings) {
    const [level, metric = '', operation, ...more] = record.split(':')
    assert.ok(level === 'job' && operation !== undefined && more.length === 0, record)
    assert.ok(metric.slice(metricPrefix.length) in metricCatalogue, record)
  }
})

test('every alert has a test for promtool in which it fires and one in which it does not', () => {
  for (const file of ruleFiles()) {
    // `ingress.yml` is tested by `ingress.test.yml` and by `ingress-week.test.yml`.
    const tests = globSync(file.replace('.yml', '{,-*}.test.yml'), { cwd: folder })
    const expectations = tests.flatMap((each) =>
      (parse(readFileSync(join(folder, each), 'utf8')) as { tests: PromtoolTest[] }).tests.flatMap(
        expectationsOf,
      ),
    )
    for (const { alert } of alerts.filter((each) => each.file === file)) {
      const about = expectations.filter(({ alertname }) => alertname === undefined || alertname === alert)
      assert.ok(
        about.some(({ firing }) => firing.includes(alert)),
        `no test shows that ${alert} fires`,
      )
      if (alert === 'Watchdog') continue // It always fires.
      assert.ok(
        about.some(({ firing }) => !firing.includes(alert)),
        `no test shows that ${alert} does not fire`,
      )
    }
  }
})

/** The alerts that fire at one moment: of one name, or of the whole file. */
interface Expectation {
  alertname?: string
  firing: string[]
}

interface PromtoolTest {
  alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[]
  promql_expr_test?: { expr: string; exp_samples: { labels: string }[] }[]
}

const expectationsOf = ({ alert_rule_test = [], promql_expr_test = [] }: PromtoolTest): Expectation[] => [
  ...alert_rule_test.map(({ alertname, exp_alerts }) => ({
    alertname,
    firing: exp_alerts.length > 0 ? [alertname] : [],
  })),
  ...promql_expr_test.map(({ expr, exp_samples }) => {
    const [, alertname] = /alertname="([^"]+)"/.exec(expr) ?? []
    const firing = exp_samples.map(({ labels }) => /alertname="([^"]+)"/.exec(labels)?.[1] ?? '')
    return { ...(alertname !== undefined && { alertname }), firing }
  }),
]
