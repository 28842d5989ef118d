import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { metricCatalogue, metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { MetricCatalogue } from '../../lib/metrics/declaration.ts'
import { readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Rule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string; description: string; runbook_url: string }
}

const files = globSync('monitoring/prometheus/rules/*.yml', { cwd: root }).filter(
  (file) => !file.endsWith('.test.yml'),
)
const rules = files.flatMap((file) => {
  const { groups } = parse(readFileSync(join(root, file), 'utf8')) as { groups: { rules: Rule[] }[] }
  return groups.flatMap((group) => group.rules)
})

test('every alert says what it means, how urgent it is, and which runbook helps', () => {
  assert.ok(rules.length > 0)
  for (const { alert, labels, annotations, ...rule } of rules) {
    assert.match(labels.severity, /^(critical|warning|info)$/, alert)
    assert.match(annotations.summary, /\.$/, alert)
    assert.match(annotations.description, /\.$/, alert)
    assert.ok(rule.for !== undefined, `${alert} has no duration`)
    assert.ok(existsSync(join(root, annotations.runbook_url)), `${alert}: ${annotations.runbook_url}`)
    assert.ok(
      readPage(annotations.runbook_url).includes(`\`${alert}\``),
      `the runbook does not name ${alert}`,
    )
  }
})

test('the alerts use only metrics, labels and label values that exist', () => {
  const catalogue: MetricCatalogue = metricCatalogue
  for (const { alert, expr } of rules)
    for (const [, name = '', selector = ''] of expr.matchAll(/\b(gitlab_bridge_[a-z_]+)(?:\{([^}]*)\})?/g)) {
      const metric = catalogue[name.slice(metricPrefix.length)]
      assert.ok(metric !== undefined, `${alert}: ${name}`)
      for (const [, label = '', values = ''] of selector.matchAll(/(\w+)[=~!]+"([^"]*)"/g)) {
        const declared = metric.labels?.[label]
        assert.ok(declared !== undefined, `${alert}: ${name} has no label ${label}`)
        if (Array.isArray(declared))
          for (const value of values.split('|')) assert.ok(declared.includes(value), `${alert}: ${value}`)
      }
    }
})

test('every file of alerts has a test for promtool', () => {
  for (const file of files) assert.ok(existsSync(join(root, file.replace('.yml', '.test.yml'))), file)
})
