import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Consumer, SingleHandler } from '../../../consumers/consumer.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { workerTools } from '../../helpers/process/worker-tools.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const copy = mkdtempSync(join(tmpdir(), 'bridge-scaffold-'))
after(() => rmSync(copy, { recursive: true }))
for (const part of [
  'cli',
  'consumers',
  'docs/generate',
  'docs/gitlab-tokens.md',
  'ingress',
  'lib',
  'local',
  'monitoring',
  'schemas',
  'scripts',
  'test/helpers',
  'test/fixtures',
])
  cpSync(join(root, part), join(copy, part), { recursive: true })
for (const file of ['package.json', 'tsconfig.json', 'biome.json', '.gitignore', 'docker-compose.yml'])
  cpSync(join(root, file), join(copy, file))
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

test('a scaffolded worker compiles, passes linter and test, and is registered everywhere', async () => {
  for (const name of ['issue-counter', 's3-copy-2']) await node('scripts/new-consumer.ts', name)
  await run('tsc', '--noEmit')
  await run('biome', 'check', 'consumers', 'test/unit/consumers')
  await node(
    '--test',
    'test/unit/consumers/issue-counter/issue-counter.test.ts',
    'test/unit/consumers/s3-copy-2/s3-copy-2.test.ts',
  )
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
  assert.match(compose, /\n {4}volumes: \["issue-counter:\/var\/lib\/gitlab-bridge"\]\n/)
  assert.match(compose, /\nvolumes:\n( {2}\S+:\n)* {2}issue-counter:\n/)
})

test('the example of docs/write-a-worker.md compiles and is formatted like the code', async () => {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/write-a-worker.md'), 'utf8'))?.[1]
  assert.ok(example)
  assert.ok(example.split('\n').length < 50)
  writeFileSync(join(copy, 'consumers/issue-counter/issue-counter.ts'), example)
  rmSync(join(copy, 'test/unit'), { recursive: true })
  await run('tsc', '--noEmit')
  await run('biome', 'check', 'consumers')
  assert.match(
    await node('cli/bridge.ts', 'consumer', 'list'),
    /^issue-counter +Tells a counter about every opened issue\.$/m,
  )
})

test('the example counts an opened issue once per delivery and throws the listed errors', async (t) => {
  const requests: IncomingMessage[] = []
  let status = 200
  const counter = createServer((request, response) => {
    requests.push(request)
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  t.after(() => counter.close())
  await once(counter, 'listening')
  const { issueCounter } = (await import(join(copy, 'consumers/issue-counter/issue-counter.ts'))) as {
    issueCounter: Consumer
  }
  const url = `http://127.0.0.1:${(counter.address() as AddressInfo).port}/`
  const handler = (await issueCounter.create(
    { ISSUE_COUNTER_URL: url },
    recordingLogger().logger,
    workerTools(),
  )) as SingleHandler<'issue'>
  const handle = (action: string) =>
    handler.handle({ action, delivery: { id: 'a-delivery' } } as RecordOf<'issue'>, {
      signal: AbortSignal.timeout(10_000),
      origins: [],
    })

  assert.equal(await handle('close'), 'skipped')
  assert.equal(requests.length, 0)
  assert.equal(await handle('open'), 'processed')
  assert.deepEqual(
    requests.map(({ method, headers }) => [method, headers['idempotency-key']]),
    [['PUT', 'a-delivery']],
  )
  for (const [answer, name] of [
    [503, 'RetriableError'],
    [429, 'RetriableError'],
    [404, 'Error'],
  ] as const) {
    status = answer
    await assert.rejects(handle('open'), { name, message: `the counter answers ${answer}` })
  }
  counter.close()
  counter.closeAllConnections()
  await assert.rejects(handle('open'), { name: 'RetriableError', message: 'the counter does not answer' })
})

test('a worker with other answers compiles, and says what it was told', async () => {
  await node(
    ...['scripts/new-consumer.ts', 'pager', '--begins', 'now', '--max-age-hours', '2'],
    ...['--effect', 'external', '--gitlab-api', 'read_api', '--database', 'yes'],
  )
  await run('tsc', '--noEmit')
  await run('biome', 'check', 'consumers', 'test/unit/consumers')
  await node('--test', 'test/unit/consumers/pager/pager.test.ts')
  const code = readFileSync(join(copy, 'consumers/pager/pager.ts'), 'utf8')
  for (const line of ["begins: 'now'", 'maxAgeHours: 2', "effect: 'external'", "scope: 'read_api'"])
    assert.ok(code.includes(`  ${line},`) || code.includes(line), line)
  assert.match(
    await node('cli/bridge.ts', 'preview', 'pager', 'push'),
    /^pager would send to pager\.pushes:\n {2}\{\n {4}"user_name"/m,
  )
  const migration = readFileSync(join(copy, 'consumers/pager/migrations/0001-pushes.sql'), 'utf8')
  assert.match(migration, /^create schema pager;$/m)
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
