// Which workers `npm start` runs, what it says of the others, and how it ends.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClone, type Started } from '../helpers/process/clone.ts'
import { eventually } from '../helpers/process/eventually.ts'

const minutes = 60_000
const clone = await createClone()
// The packages are those of this repository. Another test installs them.
symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(clone.path, 'node_modules'))

// A worker that needs a setting.
const { code, stderr } = await clone.run('npm run new:consumer issue-counter')
assert.equal(code, 0, stderr)
const worker = join(clone.path, 'consumers/issue-counter/issue-counter.ts')
const scaffold = readFileSync(worker, 'utf8')
writeFileSync(worker, scaffold.replace(".default('pushed')", ''))
assert.notEqual(readFileSync(worker, 'utf8'), scaffold)

/** Starts the stack and stops it when it is ready. Resolves with what it printed, and the running workers. */
const startAndStop = async (settings: Record<string, string>) => {
  const stack = await clone.start(settings)
  const ready = eventually(() => assert.match(stack.output(), /Ctrl-C stops everything/), 8 * minutes)
  await Promise.race([
    ready,
    stack.exited.then((ended) => assert.fail(`ended with ${ended}:\n${stack.output()}`)),
  ])
  const workers = runningWorkers(stack)
  stack.pressCtrlC()
  const exitCode = await stack.exited
  const block = stack.output().slice(stack.output().indexOf('The bridge is ready.'))
  return { exitCode, workers, rows: rowsOf(block) }
}

const runningWorkers = (stack: Started): string[] =>
  stack
    .processes()
    .flatMap(({ command }) => /cli\/bridge\.ts consumer (\S+)/.exec(command)?.[1] ?? [])
    .sort()

/** The rows of the final block that speak of workers, without the space between label and value. */
const rowsOf = (block: string): string[] => {
  const lines = block.split('\n')
  const first = lines.findIndex((line) => line.startsWith('  Workers '))
  const last = lines.findIndex((line) => line.startsWith('  Data '))
  return lines.slice(first, last).map((line) => line.trim().replace(/ {2,}/, ': '))
}

/** Runs an `npm start` that must refuse. */
const refused = async (settings: string) => {
  const result = await clone.run(`${settings} npm start`)
  assert.doesNotMatch(result.stdout, /The bridge is ready/)
  return { code: result.code, said: result.stderr.trim() }
}

test('`npm start` with a named worker that lacks settings starts nothing, and ends with 78', async () => {
  assert.deepEqual(await refused('BRIDGE_WORKERS=push-author-log,issue-counter'), {
    code: 78,
    said:
      'The bridge was not started, because BRIDGE_WORKERS names what cannot run: ' +
      'issue-counter waits for ISSUE_COUNTER_GREETING.',
  })
  assert.equal(existsSync(join(clone.path, '.bridge')), false)
})

test('`npm start` refuses an unknown name, and lists the names that there are', async () => {
  assert.deepEqual(await refused('BRIDGE_WORKERS=audit-log,nosuch'), {
    code: 78,
    said:
      'The configuration cannot be used:\n' +
      '  BRIDGE_WORKERS: there is no worker nosuch. ' +
      'Use names of: audit-log, push-author-log, project-directory, issue-counter',
  })
})

test('`bridge consumer` without its settings ends with 78 and one sentence', async () => {
  const servers = 'KAFKA_BROKERS=127.0.0.1:1 SCHEMA_REGISTRY_URL=http://127.0.0.1:1'
  const ended = await clone.run(`${servers} node_modules/.bin/node cli/bridge.ts consumer issue-counter`)
  assert.deepEqual(ended, {
    code: 78,
    stdout: '',
    stderr: 'issue-counter cannot start, because ISSUE_COUNTER_GREETING is not set.\n',
  })
})

test('`npm start` with nothing set runs every worker whose settings are complete', {
  timeout: 12 * minutes,
}, async () => {
  const { exitCode, workers, rows } = await startAndStop({})
  assert.deepEqual(workers, ['audit-log', 'push-author-log', 'project-directory'])
  assert.deepEqual(rows, [
    'Workers: audit-log, push-author-log, project-directory',
    'Not running: issue-counter waits for ISSUE_COUNTER_GREETING',
  ])
  assert.equal(exitCode, 0)
})

test('`npm start` with one worker named runs that one', { timeout: 12 * minutes }, async () => {
  const { exitCode, workers, rows } = await startAndStop({ BRIDGE_WORKERS: 'push-author-log' })
  assert.deepEqual(workers, ['push-author-log'])
  assert.deepEqual(rows, [
    'Workers: push-author-log',
    'Not running: audit-log waits for BRIDGE_WORKERS to name it',
    'project-directory waits for BRIDGE_WORKERS to name it',
    'issue-counter waits for ISSUE_COUNTER_GREETING, and for BRIDGE_WORKERS to name it',
  ])
  assert.equal(exitCode, 0)
})
