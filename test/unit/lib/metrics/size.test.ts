import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricCatalogue, metricPrefix } from '../../../../lib/metrics/catalogue.ts'
import type { MetricDeclaration, OpenSet, ProcessKind } from '../../../../lib/metrics/declaration.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { eventTypes } from '../../../../schemas/catalogue.ts'

const many = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`)

/** Larger than any installation that we know of. */
const sets: Record<OpenSet, readonly string[]> = {
  events: eventTypes,
  workers: many('worker', 12),
  groups: many('gitlab-bridge.worker', 12),
  topics: many('gitlab.some_event_type', 50),
  sources: many('source', 10),
  credentials: many('', 3),
  gitlabs: many('https://git.example', 3),
  destinations: many('destination', 25),
  stages: many('stage', 6),
}

/** Makes every metric of a process, with every combination of its labels. */
const exportEverything = (process: ProcessKind) => {
  const metrics = createMetrics()
  const create = metrics as unknown as Record<string, (name: string, of: typeof sets) => unknown>
  const declarations: [string, MetricDeclaration][] = Object.entries(metricCatalogue)
  // Some metrics exist in every process from the start.
  for (const [name, { type, processes }] of declarations)
    if (processes.some((each) => each === process) && !metrics.registry.getSingleMetric(metricPrefix + name))
      create[type]?.(name, sets)
  return metrics.registry
}

for (const process of ['ingress', 'worker', 'lag-exporter'] as const)
  test(`${process} exports at most 2,000 series and 300 KB, however many labels it has`, async () => {
    const text = await exportEverything(process).metrics()
    const series = text.split('\n').filter((line) => /^gitlab_bridge_/.test(line)).length
    assert.ok(series > 100 && series <= 2000, `${series} series`)
    assert.ok(text.length <= 300_000, `${text.length} bytes`)
  })

for (const process of ['ingress', 'worker', 'lag-exporter'] as const)
  test(`${process} blocks its event loop for less than 10 ms when everything is scraped`, async () => {
    const registry = exportEverything(process)
    // Other processes on the machine make single runs longer, so the shortest one counts.
    let shortest = Number.POSITIVE_INFINITY
    for (let run = 0; run < 300 && shortest >= 10; run += 1) {
      const begunAt = performance.now()
      // Nothing in it waits for anything, so the whole time blocks the event loop.
      await registry.metrics()
      shortest = Math.min(shortest, performance.now() - begunAt)
    }
    assert.ok(shortest < 10, `${shortest} ms`)
  })
