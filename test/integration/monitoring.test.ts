// What real processes export, against the catalogue, the dashboards and the alerts.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { metricCatalogue, metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { MetricDeclaration } from '../../lib/metrics/declaration.ts'
import { allDashboards } from '../../monitoring/dashboards/all-dashboards.ts'
import { observedFile } from '../../monitoring/observed/read-observed.ts'
import { nodeMetrics } from '../../monitoring/panels/node-metrics.ts'
import { isAlert, readRules } from '../../monitoring/read-rules.ts'
import { runnable, whyEmpty } from '../helpers/monitoring/runnable.ts'
import { notStarted, rulePaths, startAllProcesses } from '../helpers/monitoring/start-all-processes.ts'
import { type Sample, startPrometheus, withoutPrometheus } from '../helpers/monitoring/start-prometheus.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('monitoring')
await stack.setUp()
const processes = await startAllProcesses(stack)
after(processes.stop)
await post(processes.hookUrl, sample('push'))
await post(processes.hookUrl, '{"object_kind":"telepathy"}')
await post(processes.hookUrl, sample('push'), { 'x-gitlab-token': 'wrong' })

test('the log line of a hook names the place of its record in Kafka', async () => {
  const twice = [await post(processes.hookUrl, sample('push')), await post(processes.hookUrl, sample('push'))]
  const offsets = await eventually(() =>
    twice.map(({ body }) => {
      const line = processes.ingressLog().find(({ delivery_id }) => delivery_id === body.id)
      assert.ok(line !== undefined)
      assert.equal(line.topic, body.topic)
      return [line.partition, line.offset]
    }),
  )
  const [[partition, first] = [], second] = offsets
  // The push before them has the offset 0.
  assert.deepEqual([first, second], [1, [partition, 2]])
})

const kinds = ['ingress', 'worker', 'lag-exporter'] as const

/** Metric families of a process: names without our prefix. */
const familiesOf = async (url: string) => {
  const text = await (await fetch(url)).text()
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name.slice(metricPrefix.length))
  return { names, series, bytes: text.length }
}

/** Whether only a worker exports a metric that is not started here. */
const isOfNotStarted = (name: string, { help }: MetricDeclaration) =>
  Object.keys(notStarted).some(
    (worker) =>
      help.includes(`Only of the worker ${worker}.`) || name.startsWith(`${worker.replaceAll('-', '_')}_`),
  )

for (const kind of kinds)
  test(`each ${kind} exports what the catalogue declares, and nothing else of ours`, async () => {
    const exported = new Set<string>()
    for (const { url, process } of processes.targets.filter(({ job }) => job === kind)) {
      const { names, series, bytes } = await familiesOf(url)
      for (const name of names) if (!(name in nodeMetrics)) exported.add(name)
      assert.ok(series <= 2000, `${process}: ${series} series`)
      assert.ok(bytes <= 300_000, `${process}: ${bytes} bytes`)
    }
    const declared = Object.entries<MetricDeclaration>(metricCatalogue)
      .filter(([, { processes }]) => processes.includes(kind))
      .filter(([name, declaration]) => exported.has(name) || !isOfNotStarted(name, declaration))
      .map(([name]) => name)
    assert.deepEqual([...exported].sort(), declared.sort())
  })

test('every query of a dashboard and of an alert returns series', { skip: withoutPrometheus }, async (t) => {
  const folder = await stack.temporaryFolder()
  const prometheus = await startPrometheus({ folder, targets: processes.targets, ruleFiles: rulePaths() })
  t.after(prometheus.stop)
  // On a busy machine, a series may need some scrapes more.
  const mustExist = (expr: string, because = expr) =>
    eventually(async () => {
      const result = await prometheus.query(expr)
      assert.ok(result.length > 0, because)
      return result
    }, 60_000)
  // A rate needs two scrapes, and a recording rule needs its data twice.
  await mustExist('rate(gitlab_bridge_consumer_handled_total[1m])')
  await mustExist('{__name__=~"job:.*"}')
  await mustExist('gitlab_bridge_dead_letters')

  const queries = allDashboards(consumers, logFollowers).flatMap(({ rows }) =>
    rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
  )
  const observed: Record<string, string> = {}
  for (const expr of new Set(queries)) {
    const ask = whyEmpty(expr) === undefined ? mustExist : prometheus.query
    observed[expr] = valueText(await ask(runnable(expr)))
  }
  if (process.env.BRIDGE_TEST_WRITE_OBSERVED === '1') writeObserved(observed)

  // An alert that does not fire returns nothing, so each of its selectors must.
  for (const rule of readRules()) {
    const name = isAlert(rule) ? rule.alert : rule.record
    await prometheus.query(rule.expr)
    for (const [selector] of rule.expr.matchAll(/\b(?:gitlab_bridge_\w+|job:\w+:\w+|up)(?:\{[^}]*\})?/g))
      if (whyEmpty(selector) === undefined) await mustExist(selector, `${name}: nothing exports ${selector}`)
  }
})

const valueText = (result: readonly Sample[]): string => {
  const values = result.map(({ value }) => value).filter((value) => !Number.isNaN(value))
  if (result.length === 0) return 'no series'
  if (values.length === 0) return 'no data yet'
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) =>
    Number(value.toPrecision(3)),
  )
  const text = least === most ? `${least}` : `${least} to ${most}`
  return result.length === 1 ? text : `${text} (${result.length} series)`
}

const writeObserved = (observed: Readonly<Record<string, string>>) =>
  writeFileSync(observedFile, `${JSON.stringify(observed, null, 2)}\n`)
