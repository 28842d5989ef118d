import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeConfiguration } from '../../cli/config/describe.ts'
import { workers as allWorkers } from '../../consumers/workers.ts'
import { outcomes } from '../../ingress/outcome.ts'
import { metricCatalogue, metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { MetricCatalogue, MetricDeclaration } from '../../lib/metrics/declaration.ts'
import { nodeMetrics } from '../../monitoring/panels/node-metrics.ts'
import { eventTypes } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import { blocksOf, pages, readPage } from '../helpers/records/markdown.ts'

const catalogue: MetricCatalogue = metricCatalogue
const readme = readPage('README.md')

/** The pages whose shell blocks test/e2e/fresh-clone.test.ts runs. */
const executedPages = ['README.md', 'docs/try-it.md']
const executedBlocks = executedPages.flatMap((page) => blocksOf(readPage(page)))

/** Blocks that are not run in the clone of test/e2e/fresh-clone.test.ts, and why. */
const notExecutedThere: Readonly<Record<string, string>> = {
  'sh start': 'is how that test begins',
  'sh test': 'is what runs that test',
  'sh psql': 'is run there, by another client where there is no psql',
  'sh docker': 'needs a Docker engine',
  'sh yours': 'needs servers of the reader',
}

test('the front README has at most 120 lines besides those that list the workers', () => {
  const listsWorker = /^(\| `[a-z0-9-]+` \||bridge consumer )/
  const lines = readPage('README.md')
    .split('\n')
    .filter((line) => !listsWorker.test(line))
  assert.ok(lines.length <= 120, `${lines.length} lines`)
})

test('every shell block of the README and of the first steps is run, or says why not', () => {
  const infos = executedBlocks.map(({ info }) => info)
  assert.deepEqual([...new Set(infos)].sort(), ['sh', ...Object.keys(notExecutedThere)].sort())
  const textOf = (wanted: string) =>
    executedBlocks.filter(({ info }) => info === wanted).map(({ text }) => text)
  assert.deepEqual(textOf('sh start'), ['npm start'])
  assert.deepEqual(textOf('sh test'), ['npm test'])
  for (const line of textOf('sh docker').join('\n').split('\n')) assert.match(line, /^docker compose /)
})

test('every page names only variables that exist', () => {
  const compose = readPage('docker-compose.yml')
  const known = new Set(describeConfiguration({}, {}).map(({ variable }) => variable))
  const isKnown = (name: string) =>
    known.has(name) || known.has(`${name}_FILE`) || compose.includes(`\${${name}:-`)
  const beginnings = [
    ...['KAFKA', 'SCHEMA_REGISTRY', 'DATABASE', 'INGRESS', 'CONSUMER', 'LAG', 'METRICS', 'LOCAL'],
    ...['AUDIT_LOG', 'PUSH_AUTHOR_LOG', 'PROJECT_DIRECTORY', 'EVENT_FEED', 'GITLAB_API', 'ROUTES'],
    ...['CHAT_NOTIFIER', 'HOOK_FORWARDER', 'REVIEWER_MENTIONS'],
  ]
  const pattern = new RegExp(`\\b((?:${beginnings.join('|')})_[A-Z_]+?)(?:_FILE)?\\b(?!…)`, 'g')
  const unknown: string[] = []
  let checked = 0
  for (const page of pages)
    for (const [, name = ''] of readPage(page).matchAll(pattern)) {
      checked += 1
      if (!isKnown(name)) unknown.push(`${page}: ${name}`)
    }
  assert.ok(checked > 50, `${checked} variables were found`)
  assert.deepEqual(unknown, [])
})

test('the block for the own cluster of the reader starts every worker', () => {
  const block = blocksOf(readme).find(({ info }) => info === 'sh yours')?.text ?? ''
  const workers = [...block.matchAll(/bridge consumer (\S+)/g)].map(([, name]) => name)
  assert.deepEqual(workers.sort(), allWorkers.map(({ name }) => name).sort())
})

test('docs/gitlab.md names every topic of the catalogue and no other', () => {
  const { topic, rawChunksTopic } = createNames('')
  const named = new Set(
    [...readPage('docs/gitlab.md').matchAll(/`(gitlab(?:-bridge)?\.[a-z_-]+)`/g)].map(([, name]) => name),
  )
  named.delete(rawChunksTopic)
  assert.deepEqual([...named].sort(), eventTypes.map(topic).sort())
})

test('the README names every worker, and every worker has a page', () => {
  for (const { name } of allWorkers) {
    assert.ok(readme.includes(`| \`${name}\` |`), name)
    assert.ok(readPage(`docs/workers/${name}.md`).startsWith(`# ${name}\n`), name)
  }
})

test('docs/operations.md says what every outcome means', () => {
  const page = readPage('docs/operations.md')
  for (const [outcome, { status }] of Object.entries(outcomes)) {
    const shown = outcome === 'aborted' ? '–' : String(status) // nobody is left to receive this answer
    assert.ok(page.includes(`| \`${outcome}\` | ${shown} |`), outcome)
  }
})

test('docs/operations.md names every worker with its port', () => {
  const page = readPage('docs/operations.md')
  for (const { name, metricsPort } of allWorkers)
    assert.ok(page.includes(`| \`bridge consumer ${name}\` | ${metricsPort} |`), name)
})

const isSeriesOrNode = (name: string): boolean => {
  const bare = name.slice(metricPrefix.length)
  const histogram: MetricDeclaration | undefined = catalogue[bare.replace(/_(bucket|sum|count)$/, '')]
  return bare.replace(/_sum$/, '') in nodeMetrics || histogram?.type === 'histogram'
}

test('every page names only metrics that exist', () => {
  const known = new Set(Object.keys(metricCatalogue).map((name) => metricPrefix + name))
  const unknown: string[] = []
  let checked = 0
  for (const page of pages.filter((page) => page !== 'CHANGELOG.md'))
    for (const [name] of readPage(page).matchAll(/\bgitlab_bridge_(?=[a-z]+_)[a-z_]+(?:99_seconds)?/g)) {
      checked += 1
      // docs/dashboards.md has the series of histograms, and the metrics of Node.
      if (!known.has(name) && !isSeriesOrNode(name)) unknown.push(`${page}: ${name}`)
    }
  assert.ok(checked > 40, `${checked} metrics were found`)
  assert.deepEqual(unknown, [])
})
