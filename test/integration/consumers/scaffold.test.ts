import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { copyWorkingState } from '../../helpers/process/copy-working-state.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'bridge-scaffold-'))
after(() => rmSync(copy, { recursive: true }))
await copyWorkingState(copy)
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))

/** What it printed; rejects with that where it failed. */
const run = async (command: string, ...args: string[]) => {
  const path = `${join(copy, 'node_modules/.bin')}:${process.env.PATH}`
  const { stdout } = await promisify(execFile)(command, args, { cwd: copy, env: { PATH: path } }).catch(
    (error: { stdout: string; message: string }) => {
      throw new Error(`${error.message}\n${error.stdout}`)
    },
  )
  return stdout
}
const node = (...args: string[]) => run(process.execPath, ...args)

const scaffolded = ['issue-counter', 's3-copy-2', 'pager']

test('scaffolded workers compile and pass linter and test, whatever was answered', async () => {
  for (const name of ['issue-counter', 's3-copy-2']) await node('scripts/new-consumer.ts', name)
  await node(
    ...['scripts/new-consumer.ts', 'pager', '--begins', 'now', '--max-age-hours', '2'],
    ...['--effect', 'external', '--gitlab-api', 'read_api', '--database', 'yes'],
  )
  await Promise.all([
    // One checker takes a third less CPU than four.
    run('tsc', '--noEmit', '--checkers', '1'),
    run('biome', 'check', 'consumers', 'test/unit/consumers'),
    node('--test', ...scaffolded.map((name) => `test/unit/consumers/${name}/${name}.test.ts`)),
  ])
})

test('a scaffolded worker is registered everywhere', async () => {
  assert.match(
    await node('cli/bridge.ts', 'consumer', 'list'),
    /^issue-counter +Writes a line for every push\.$/m,
  )
  // It names what is not set here, and fails for it.
  await assert.rejects(node('cli/bridge.ts', 'config'), /^issue-counter +ISSUE_COUNTER_GREETING +pushed/m)
  const compose = readFileSync(join(copy, 'docker-compose.yml'), 'utf8')
  const service = ['<<: *process', 'profiles: [issue-counter]', 'command: [consumer, issue-counter]']
  assert.ok(compose.includes(`\n  issue-counter:\n    ${service.join('\n    ')}\n`))
  assert.match(
    readFileSync(join(copy, 'monitoring/prometheus/prometheus.yml'), 'utf8'),
    /- issue-counter:\d+\n/,
  )
  const code = readFileSync(join(copy, 'consumers/issue-counter/issue-counter.ts'), 'utf8')
  assert.ok(code.split('\n').length < 50, `${code.split('\n').length} lines`)
  // What it remembers must outlive its container.
  assert.match(code, /repeats: \{ skippedForDays: \d+ \}/)
  assert.match(compose, /\n {4}volumes: \[.*"issue-counter:\/var\/lib\/gitlab-bridge"\]\n/)
  assert.match(compose, /\nvolumes:\n( {2}\S+:\n)* {2}issue-counter:\n/)
})

test('a worker with other answers says what it was told', async () => {
  const code = readFileSync(join(copy, 'consumers/pager/pager.ts'), 'utf8')
  for (const line of ["begins: 'now'", 'maxAgeHours: 2', "effect: 'external'", "scope: 'read_api'"])
    assert.ok(code.includes(`  ${line},`) || code.includes(line), line)
  assert.match(
    await node('cli/bridge.ts', 'preview', 'pager', 'push'),
    /^pager would send to pager\.pushes:\n {2}\{\n {4}"user_name"/m,
  )
  const migration = readFileSync(join(copy, 'consumers/pager/migrations/0001-pushes.sql'), 'utf8')
  assert.match(migration, /^create schema pager;$/m)
  const page = readFileSync(join(copy, 'docs/workers/pager.md'), 'utf8')
  assert.match(page, /^Adds a row for every push\.$/m)
  assert.match(page, /^ {4}export PAGER_DATABASE_URL=.*\n {4}bridge setup\n {4}bridge consumer pager$/m)
})

test('the name of an existing worker is refused, and so is an invalid name', async () => {
  await assert.rejects(node('scripts/new-consumer.ts', 'audit-log'), /consumers\/audit-log exists already/)
  await assert.rejects(node('scripts/new-consumer.ts', 'Issue Counter'), /kebab-case/)
})

test('the scaffold writes either all of its files or none', async () => {
  const index = readFileSync(join(copy, 'consumers/index.ts'), 'utf8')
  writeFileSync(join(copy, 'monitoring/prometheus/prometheus.yml'), 'scrape_configs: []\n')
  await assert.rejects(node('scripts/new-consumer.ts', 'too-late'), /prometheus\.yml is not as expected/)
  assert.ok(!existsSync(join(copy, 'consumers/too-late')))
  assert.equal(readFileSync(join(copy, 'consumers/index.ts'), 'utf8'), index)
})
