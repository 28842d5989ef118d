import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lagVerdicts } from '../../cli/lag-meter/verdict.ts'
import { type IngressState, readinessOf } from '../../ingress/parts/readiness.ts'
import { headingsOf, linksOf, readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'docs/runbooks')
const runbooks = readdirSync(folder).filter((file) => file !== 'README.md')
const index = readPage('docs/runbooks/README.md')

/** The paragraph of a runbook that says how its problem is noticed. */
const seenAs = new Map(
  runbooks.map((file) => {
    const text = readFileSync(join(folder, file), 'utf8')
    return [file, /^\*\*Seen as:\*\* ([\s\S]*?)\n\n/m.exec(text)?.[1] ?? '']
  }),
)

const runbooksFor = (sign: string): string[] =>
  [...seenAs].filter(([, text]) => text.includes(`\`${sign}\``)).map(([file]) => file)

test('every runbook says how it is seen and has the same sections in the same order', () => {
  for (const file of runbooks) {
    const [, ...sections] = headingsOf(readFileSync(join(folder, file), 'utf8'))
    assert.deepEqual(sections, ['Means', 'Users feel', 'Look', 'Do', 'Verify', 'Escalate'], file)
    assert.notEqual(seenAs.get(file), '', file)
  }
})

test('the index of the runbooks leads to each of them', () => {
  const listed = new Set(linksOf(index))
  for (const file of runbooks) assert.ok(listed.has(file), file)
})

const noHooks = { records: 0, lastFailure: null }
const choices = {
  isDraining: [false, true],
  deliveryPath: ['connecting', 'open', 'failing'],
  connectProblem: [undefined, '<reason>'],
  refusedRights: [undefined, 'Kafka refuses the user <user>: <rights>'],
  spool: [noHooks, { records: 1, lastFailure: null }, { records: 0, lastFailure: '<reason>' }],
  spools: [noHooks, { records: 1, lastFailure: null }, { records: 0, lastFailure: '<reason>' }],
  unavailableTopics: [[], ['<topics>']],
  schemaIds: ['registry', 'disk'],
  lastReadBack: [null, 0],
  now: [60_000],
} as const

/** Every state of the ingress that can be built from the choices. */
const ingressStates = Object.entries(choices).reduce<object[]>(
  (states, [name, values]) =>
    states.flatMap((state) => values.map((value: unknown) => ({ ...state, [name]: value }))),
  [{}],
)

test('every readiness status of the ingress has a runbook', () => {
  const statuses = new Set(ingressStates.map((state) => readinessOf(state as IngressState).status))
  const signs = new Set(
    [...statuses].flatMap((status) =>
      status
        .replace(/^degraded: /, '')
        .split('; ')
        .map((part) =>
          status.startsWith('degraded') && !part.startsWith('spool:') ? `degraded: ${part}` : part,
        ),
    ),
  )
  assert.ok(signs.size >= 10, [...signs].join(', '))
  signs.delete('ready')
  for (const sign of signs) assert.notDeepEqual(runbooksFor(sign), [], sign)
})

test('every other status that a process can show has a runbook', () => {
  const sources = globSync('{cli,consumers,ingress}/**/*.ts', {
    cwd: root,
    // The statuses in these files are those of jobs and pipelines of GitLab, and labels of metrics.
    exclude: ['cli/simulate/**', 'consumers/chat-notifier/message/**', '**/metrics.ts'],
  })
  const statuses = new Set(
    sources.flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /\bok: [^,\n]+, status: (?:[^'\n]*\? )?'([^']+)'/g,
        ),
      ].map(([, status = '']) => status),
    ),
  )
  assert.ok(statuses.has('stuck') && statuses.has('lag unknown'), [...statuses].join(', '))
  for (const healthy of ['alive', 'ready']) statuses.delete(healthy)
  for (const status of statuses) assert.notDeepEqual(runbooksFor(status), [], status)
})

test('every verdict about lag except ok has a runbook', () => {
  for (const verdict of lagVerdicts)
    if (verdict !== 'ok') assert.notDeepEqual(runbooksFor(verdict), [], verdict)
})

test('the sentences by which missing offsets are recognised are those of the code', () => {
  const code = globSync('consumers/runtime/**/*.ts', { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const page = readPage('docs/runbooks/offsets-are-missing.md')
  const sentences = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, sentence = '']) => sentence)
  assert.equal(sentences.length, 5)
  for (const sentence of sentences) assert.ok(code.includes(sentence), sentence)
})

test('the log lines that the changelog names are those of the code', () => {
  const code = globSync('{cli,consumers,ingress,lib,local}/**/*.ts', { cwd: root })
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const [, table = ''] = /\| before \| now \|\n.*\n([\s\S]*?)\n\n/.exec(readPage('CHANGELOG.md')) ?? []
  const lines = table.split('\n').map((row) => row.split(' | ')[2]?.replace(/ \|$/, '') ?? '')
  assert.ok(lines.length > 10)
  for (const line of lines) assert.ok(code.includes(`'${line}'`), line)
})
