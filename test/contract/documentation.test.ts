import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { describeConfiguration } from '../../cli/config/describe.ts'
import { exportDeadLetters, exportLag } from '../../cli/lag-exporter/lag-metrics.ts'
import { consumers } from '../../consumers/index.ts'
import { createConsumerMetrics } from '../../consumers/runtime/metrics.ts'
import { createIngressMetrics } from '../../ingress/metrics.ts'
import { outcomes } from '../../ingress/outcome.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { anchorsOf, blocksOf, linksOf, pages, readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readPage('README.md')

/** Blocks of the README that are not executed in the clone that test/e2e/fresh-clone.test.ts starts, and why. */
const notExecutedThere: Readonly<Record<string, string>> = {
  'sh start': 'is how that test begins',
  'sh test': 'is what runs that test',
  'sh psql': 'is executed there, by another client where there is no psql',
  'sh docker': 'needs a Docker engine',
  'sh yours': 'needs servers of the reader',
}

test('every shell block of the README is executed, or says why not', () => {
  const infos = blocksOf(readme).map(({ info }) => info)
  assert.deepEqual([...new Set(infos)].sort(), ['sh', ...Object.keys(notExecutedThere)].sort())
  const textOf = (wanted: string) =>
    blocksOf(readme)
      .filter(({ info }) => info === wanted)
      .map(({ text }) => text)
  assert.deepEqual(textOf('sh start'), ['npm start'])
  assert.deepEqual(textOf('sh test'), ['npm test'])
  for (const line of textOf('sh docker').join('\n').split('\n')) assert.match(line, /^docker compose /)
})

test('what cannot be executed names variables, commands and workers that exist', () => {
  const block = blocksOf(readme).find(({ info }) => info === 'sh yours')?.text ?? ''
  const rows = describeConfiguration({}, {})
  const compose = readPage('docker-compose.yml')
  const known = new Set(rows.map(({ variable }) => variable))
  const named = [
    ...readme.matchAll(/\b((?:KAFKA|SCHEMA_REGISTRY|DATABASE|INGRESS)_[A-Z_]+?)(?:_FILE)?\b(?!…)/g),
  ].map(([, name = '']) => name)
  assert.ok(named.length > 10)
  assert.deepEqual(
    named.filter(
      (name) => !known.has(name) && !known.has(`${name}_FILE`) && !compose.includes(`\${${name}:-`),
    ),
    [],
  )
  const workers = [...block.matchAll(/bridge consumer (\S+)/g)].map(([, name]) => name)
  assert.deepEqual(workers.sort(), consumers.map(({ name }) => name).sort())
})

test('the README names every topic of the catalogue and no other', () => {
  const { topic } = createNames('')
  const named = new Set([...readme.matchAll(/`(gitlab\.[a-z_]+)`/g)].map(([, name]) => name))
  assert.deepEqual([...named].sort(), eventTypes.map(topic).sort())
})

test('the README names every worker', () => {
  for (const { name } of consumers) assert.ok(readme.includes(`| \`${name}\` |`), name)
})

test('docs/operations.md says of every outcome what it means', () => {
  const page = readPage('docs/operations.md')
  for (const [outcome, { status }] of Object.entries(outcomes)) {
    const told = outcome === 'aborted' ? '–' : String(status) // nobody is there to be told
    assert.ok(page.includes(`| \`${outcome}\` | ${told} |`), outcome)
  }
})

test('docs/operations.md names every worker, its port, and only metrics that exist', async () => {
  const page = readPage('docs/operations.md')
  for (const { name, metricsPort } of consumers)
    assert.ok(page.includes(`| \`bridge consumer ${name}\` | ${metricsPort} |`), name)
  const metrics = createMetrics()
  createIngressMetrics(metrics)
  createConsumerMetrics(metrics, eventTypes)
  exportLag(metrics, [], { latest: async () => [], age: () => 0 })
  exportDeadLetters(metrics, [], () => [])
  const known = new Set((await metrics.registry.getMetricsAsJSON()).map(({ name }) => name))
  const named = [...page.matchAll(/gitlab_bridge_[a-z_]+/g)].map(([name]) => name)
  assert.ok(named.length > 5)
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  )
})

test('every link of the documentation leads somewhere', () => {
  const broken: string[] = []
  let checked = 0
  for (const page of pages) {
    for (const link of linksOf(readPage(page))) {
      if (/^(https?|mailto):/.test(link)) continue
      checked += 1
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : normalize(join(dirname(page), path))
      const isThere =
        existsSync(join(root, target)) &&
        (anchor === undefined || anchorsOf(readPage(target)).includes(anchor))
      if (!isThere) broken.push(`${page}: ${link}`)
    }
  }
  assert.ok(checked > 10, `${checked} links were found`)
  assert.deepEqual(broken, [])
})
