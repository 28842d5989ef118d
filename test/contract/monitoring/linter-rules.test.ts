import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateMonitoring } from '../../../monitoring/generate-monitoring.ts'
import { type GrafanaPanel, readDashboard } from '../../helpers/monitoring/read-dashboard.ts'

// The rules of https://github.com/grafana/dashboard-linter, by its names.

const dashboards = [...generateMonitoring()]
  .filter(([path]) => path.endsWith('.json'))
  .map(([path, text]) => ({ path, ...readDashboard(text) }))

const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.filter(({ type }) => type !== 'row').map((panel) => ({ in: dashboard.title, ...panel })),
)
const targets = panels.flatMap((panel) =>
  panel.targets.map((target) => ({ place: `${panel.in}: ${panel.title}`, ...target })),
)

/** Panels that break a rule of the linter, and why. */
const exclusions: Readonly<Record<string, { rule: string; because: string }>> = {
  'Hooks lost in the last hour': {
    rule: 'target-rate-interval-rule',
    because: 'It counts over a fixed hour, which its title names, so that a loss stays visible at any zoom.',
  },
  'Where alerts go': {
    rule: 'target-job-rule',
    because: 'Prometheus says it of itself, and the variables choose among processes of the bridge.',
  },
}

const isExcluded = (rule: string, title: string) => exclusions[title]?.rule === rule

test('template-datasource-rule: a variable chooses the data source', () => {
  for (const { title, templating } of dashboards) {
    const variable = templating.list.find(({ name }) => name === 'datasource')
    assert.deepEqual(
      [variable?.type, variable?.label, variable?.query],
      ['datasource', 'Data source', 'prometheus'],
      title,
    )
  }
})

for (const name of ['job', 'instance'])
  test(`template-${name}-rule, template-label-promql-rule, template-on-time-change-reload-rule`, () => {
    for (const { title, templating } of dashboards) {
      const variable = templating.list.find((each) => each.name === name)
      assert.equal(variable?.type, 'query', title)
      assert.equal(variable?.datasource?.uid, '$datasource', title)
      assert.equal(variable?.multi, true, title)
      assert.equal(variable?.allValue, '.+', title)
      assert.equal(variable?.refresh, 2, title)
      assert.match(String(variable?.definition), new RegExp(`^label_values\\(gitlab_bridge_.+, ${name}\\)$`))
    }
  })

test('panel-datasource-rule: every panel and every query uses the variable', () => {
  for (const { title, datasource } of panels) assert.equal(datasource.uid, '$datasource', title)
  for (const { place, datasource } of targets) assert.equal(datasource.uid, '$datasource', place)
})

test('panel-title-description-rule: every panel has a title and says in sentences what it shows', () => {
  for (const { title, description } of panels) {
    assert.match(title, /^[A-Z0-9]/)
    assert.match(description, /^\S.*\.$/, title)
  }
})

test('panel-units-rule, panel-no-targets-rule: every panel has a unit and a query', () => {
  for (const { title, fieldConfig, targets } of panels) {
    assert.ok(fieldConfig.defaults.unit.length > 0, title)
    assert.ok(targets.length > 0, title)
  }
})

test('target-job-rule, target-instance-rule: every selector obeys both variables', () => {
  for (const { place, expr } of targets) {
    if (isExcluded('target-job-rule', place.split(': ')[1] ?? '')) continue
    const selectors = [...expr.matchAll(/\b(?:gitlab_bridge_\w+|up)\b(\{[^}]*\})?/g)]
    assert.ok(selectors.length > 0, place)
    for (const [selector] of selectors) {
      assert.ok(selector.includes('{job=~"$job", instance=~"$instance"'), `${place}: ${selector}`)
    }
  }
})

test('target-rate-interval-rule: rates use $__rate_interval', () => {
  for (const { place, expr } of targets)
    for (const [, range] of expr.matchAll(/\[([^\]]+)\]/g))
      if (!/^[.]$/.test(range ?? '') && !isExcluded('target-rate-interval-rule', place.split(': ')[1] ?? ''))
        assert.equal(range, '$__rate_interval', place)
})

test('target-counter-agg-rule: a counter is never shown as it is', () => {
  for (const { place, expr } of targets)
    for (const [, before] of expr.matchAll(/(\w*)\(gitlab_bridge_\w+_(?:total|bucket)\b/g))
      assert.match(before ?? '', /^(rate|increase)$/, place)
})

test('uneditable-dashboard-rule: the next version replaces a dashboard, so it is not edited', () => {
  for (const { title, editable } of dashboards) assert.equal(editable, false, title)
})

test('an exclusion says why, and its panel exists', () => {
  for (const [title, { because }] of Object.entries(exclusions)) {
    assert.match(because, /\.$/)
    assert.ok(
      panels.some((panel: GrafanaPanel) => panel.title === title),
      title,
    )
  }
})
