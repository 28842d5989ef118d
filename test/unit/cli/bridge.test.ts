import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { workers } from '../../../consumers/workers.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const entry = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

const bridge = (
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const options = {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    }
    execFile(process.execPath, [entry, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })

test('workers are listed as text and as JSON', async (t) => {
  const env = { BRIDGE_DATA_DIR: await temporaryFolder(t) }
  const listed = (await bridge(['consumer', 'list', '--json'], env)).stdout.trim().split('\n')
  const { name, summary, events, metricsPort } = workers[0] ?? assert.fail()
  assert.deepEqual(JSON.parse(listed[0] ?? ''), { name, summary, events, metrics_port: metricsPort })
  assert.equal(listed.length, workers.length)
  assert.match((await bridge(['consumer', 'list'], env)).stdout, new RegExp(`^${name} +${summary}$`, 'm'))
})

test('a command uses the compiled code of the last one, also if no variable names a folder', async () => {
  const started = () =>
    bridge(['consumer', '--help'], { NODE_COMPILE_CACHE: '', NODE_DEBUG_NATIVE: 'COMPILE_CACHE' })
  await started()
  const { stderr } = await started()
  assert.match(stderr, /V8 code cache for ESM \S+\/cli\/program\.ts was accepted/)
})

test('the local stack reports wrong settings by variable, before it starts anything', async (t) => {
  const BRIDGE_DATA_DIR = join(await temporaryFolder(t), 'data')
  const { code, stdout, stderr } = await bridge(['local'], {
    BRIDGE_DATA_DIR,
    DATABASE_URL: 'postgres://owner:hun#ter2@db:5432/x',
    INGRESS_ALLOWED_CIDRS: '10.0.0.0/8,10.0.0.0/33',
    CONSUMER_ATTEMPTS: 'many',
    AUDIT_LOG_DATABASE_URL: 'host=db password=hunter2',
  })
  assert.equal(code, 78)
  assert.match(stderr, /^ {2}DATABASE_URL: must be a URL such as/m)
  assert.match(stderr, /^ {2}AUDIT_LOG_DATABASE_URL: must be a URL such as/m)
  assert.match(stderr, /^ {2}INGRESS_ALLOWED_CIDRS: item 2 must be an address or a range/m)
  assert.match(stderr, /^ {2}CONSUMER_ATTEMPTS: must be a number$/m)
  assert.doesNotMatch(stdout + stderr, /hun|ter2|INGRESS_SECRET_TOKENS|KAFKA_BROKERS| at /)
  assert.equal(existsSync(BRIDGE_DATA_DIR), false)
})

test('it reports settings that contradict each other, but none that it supplies itself', async (t) => {
  const BRIDGE_DATA_DIR = join(await temporaryFolder(t), 'data')
  const { code, stderr } = await bridge(['local'], { BRIDGE_DATA_DIR, INGRESS_TLS_KEY_FILE: '/nowhere' })
  assert.deepEqual(
    [code, stderr],
    [
      78,
      'The configuration cannot be used:\n  INGRESS_TLS_CERT_FILE: is not set, but INGRESS_TLS_KEY_FILE is\n',
    ],
  )
})

test('options that take a time or a duration refuse other texts, by their names', async (t) => {
  const env = { BRIDGE_DATA_DIR: await temporaryFolder(t) }
  const refused = [
    [['pushes', '--since', '12'], '--since: "12" is not a time.'],
    [['dead-letters', 'show', 'audit-log', '--since', '12'], '--since: "12" is not a time.'],
    [['dead-letters', 'redrive', 'audit-log', '--until', '12'], '--until: "12" is not a time.'],
    [['dead-letters', 'discard', 'audit-log', '--until', 'May'], '--until: "May" is not a time.'],
    [['offsets', 'set', 'audit-log', '--to', 'May'], '--to: "May" is not a place in a topic.'],
    [['tail', '--timeout', 'soon'], '--timeout: "soon" is not a time to wait.'],
  ] as const
  for (const [args, sentence] of refused) {
    const { code, stdout, stderr } = await bridge([...args], env)
    assert.deepEqual([code, stdout, stderr.startsWith(`${sentence} Use `)], [1, '', true], stderr)
    assert.match(stderr, /7d/, 'an example')
  }
})

test('a data folder that cannot be created is reported by its variable, and nothing hangs', async () => {
  const servers = {
    KAFKA_BROKERS: '127.0.0.1:1',
    SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
    AUDIT_LOG_DATABASE_URL: 'postgres://127.0.0.1:1/x',
  }
  const { code, stderr } = await bridge(['local'], { ...servers, BRIDGE_DATA_DIR: '/proc/nowhere' })
  assert.equal(code, 1)
  assert.match(stderr, /^BRIDGE_DATA_DIR: \/proc\/nowhere cannot be used, because it cannot be created there/)
  assert.doesNotMatch(stderr, / {4}at /)
})

test('redrive and discard of a worker that does not exist say so, whatever else is missing', async () => {
  for (const command of ['redrive', 'discard']) {
    const { code, stderr } = await bridge(['dead-letters', command, 'nosuch'], {
      BRIDGE_DATA_DIR: '/nowhere',
    })
    assert.equal(code, 1)
    assert.match(stderr, /^There is no worker "nosuch"\. Use one of: /)
  }
})
