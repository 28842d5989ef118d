// Follows docs/write-a-worker.md as a newcomer does. Commands, files and insertions come from the page.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { copyWorkingState } from '../../helpers/process/copy-working-state.ts'
import { type Block, blocksOf, readPage } from '../../helpers/records/markdown.ts'
import { openStack } from '../../helpers/servers/stack.ts'
import { sharedStackOf, sharedStackVariable } from '../../helpers/servers/stack-setup.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'bridge-guide-'))
after(() => rmSync(copy, { recursive: true }))
await copyWorkingState(copy)
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

// The tests of the new worker use these servers. They would otherwise start some of their own.
const servers = JSON.stringify(sharedStackOf(await openStack('guide')))

const page = readPage('docs/write-a-worker.md')
const worker = 'merge-request-labels'

/** The tests that read a list of workers. */
const listTests = [
  `node --test 'test/unit/consumers/${worker}/*.test.ts'`,
  "'test/contract/{document*,gitlab-tokens}.test.ts' 'test/unit/cli/config/env-example.test.ts'",
  'test/unit/consumers/runtime/worker-variables.test.ts',
].join(' ')

const ruleTests = "'test/unit/{arrows,house-rules}.test.ts'"

/** `npm run check` without the tests that cannot know that there is a new worker. They take a minute. */
const shortCheck = `tsc --noEmit --checkers 1 && biome ci consumers test && ${listTests} ${ruleTests}`

/** @throws Error with the output if the command fails */
const run = async (command: string): Promise<string> => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const PATH = `${join(copy, 'node_modules/.bin')}:${process.env.PATH}`
  const { stdout } = await promisify(execFile)('sh', ['-euc', command], {
    cwd: copy,
    env: { ...env, PATH, [sharedStackVariable]: servers },
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: { stdout: string; message: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`)
  })
  return stdout
}

/** `ts <file>` is a whole file, `ts <file> above <text>` belongs above the first line that has the text. */
const write = ({ info, text }: Block): void => {
  const [, file = '', place] = /^\w+ (\S+)(?: above (.+))?$/.exec(info) ?? []
  const path = join(copy, file)
  if (place === undefined) {
    writeFileSync(path, `${text}\n`)
    return
  }
  const lines = readFileSync(path, 'utf8').split('\n')
  const index = lines.findIndex((line) => line.trim().startsWith(place))
  assert.notEqual(index, -1, `${file} has no line that begins with ${place}`)
  writeFileSync(path, lines.toSpliced(index, 0, text).join('\n'))
}

/** A block of another language without a file is an illustration. */
const steps = blocksOf(page).filter(({ info }) => info === 'sh' || /^(ts|md) \S/.test(info))

test('the sentences before a block name its file and its place', () => {
  const parts = page.split(/^```.*$/m)
  const blocks = blocksOf(page)
  for (const [index, { info }] of blocks.entries()) {
    const [, file, place] = /^\w+ (\S+\.ts)(?: above (.+))?$/.exec(info) ?? []
    if (file === undefined) continue
    const section = parts.slice(0, index * 2 + 1).join('\n')
    const before = section.slice(section.lastIndexOf('\n## '))
    assert.ok(before.includes(`\`${file}\``), `the sentences before the block \`${info}\` name its file`)
    assert.ok(place === undefined || before.includes(`\`${place}\``), info)
  }
})

test('whoever follows the guide has a worker that passes every check', async (t) => {
  assert.ok(steps.length >= 10, `${steps.length} steps`)
  for (const step of steps) {
    if (step.info !== 'sh') {
      write(step)
      continue
    }
    for (const line of step.text.split('\n')) {
      const startedAt = performance.now()
      const output = await run(line === 'npm run check' ? shortCheck : line)
      t.diagnostic(`${line}: ${Math.round((performance.now() - startedAt) / 1000)} s`)
      if (line.includes('node --test')) assert.match(output, /^ℹ pass [1-9]/m, line)
    }
  }
})

test('the port of the example is the one that the command has chosen', async () => {
  const compose = parse(readFileSync(join(copy, 'docker-compose.yml'), 'utf8'), {
    merge: true,
    maxAliasCount: -1,
  }) as { services: Record<string, { environment: { METRICS_PORT: number } }> }
  const { METRICS_PORT } = compose.services[worker]?.environment ?? {}
  const code = readFileSync(join(copy, `consumers/${worker}/${worker}.ts`), 'utf8')
  assert.equal(Number(/metricsPort: (\d+)/.exec(code)?.[1]), METRICS_PORT)
})

test('the example is short, and the command line describes it', async () => {
  const code = readFileSync(join(copy, `consumers/${worker}/${worker}.ts`), 'utf8')
  assert.ok(code.split('\n').length < 50)
  const summary = /summary: '(.+)'/.exec(code)?.[1]
  assert.ok(summary !== undefined)
  assert.ok((await run('node cli/bridge.ts consumer list')).includes(summary))
})
