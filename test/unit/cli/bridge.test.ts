import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { consumers } from '../../../consumers/index.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const entry = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

const bridge = (
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number; printed: string; said: string }> =>
  new Promise((resolve) => {
    const options = {
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    }
    execFile(process.execPath, [entry, ...args], options, (error, printed, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), printed, said }),
    )
  })

test('workers are listed for people and for programs', async (t) => {
  const env = { BRIDGE_DATA_DIR: await temporaryFolder(t) }
  const listed = (await bridge(['consumer', 'list', '--json'], env)).printed.trim().split('\n')
  const { name, summary, events, metricsPort } = consumers[0] ?? assert.fail()
  assert.deepEqual(JSON.parse(listed[0] ?? ''), { name, summary, events, metrics_port: metricsPort })
  assert.equal(listed.length, consumers.length)
  assert.match((await bridge(['consumer', 'list'], env)).printed, new RegExp(`^${name} +${summary}$`, 'm'))
})

test('the local stack refuses wrong settings before it touches anything, by their variables and without their values', async (t) => {
  const BRIDGE_DATA_DIR = join(await temporaryFolder(t), 'data')
  const { code, printed, said } = await bridge(['local'], {
    BRIDGE_DATA_DIR,
    DATABASE_URL: 'postgres://owner:hun#ter2@db:5432/x',
    INGRESS_ALLOWED_CIDRS: '10.0.0.0/8,10.0.0.0/33',
    CONSUMER_ATTEMPTS: 'many',
    AUDIT_LOG_DATABASE_URL: 'host=db password=hunter2',
  })
  assert.equal(code, 1)
  assert.match(said, /^ {2}DATABASE_URL: must be a URL such as/m)
  assert.match(said, /^ {2}AUDIT_LOG_DATABASE_URL: must be a URL such as/m)
  assert.match(said, /^ {2}INGRESS_ALLOWED_CIDRS: item 2 must be an address or a range/m)
  assert.match(said, /^ {2}CONSUMER_ATTEMPTS: must be a number$/m)
  assert.doesNotMatch(printed + said, /hun|ter2|INGRESS_SECRET_TOKENS|KAFKA_BROKERS| at /)
  assert.equal(existsSync(BRIDGE_DATA_DIR), false)
})

test('so it does where only several settings together are wrong, and it misses nothing that it brings itself', async (t) => {
  const BRIDGE_DATA_DIR = join(await temporaryFolder(t), 'data')
  const { code, said } = await bridge(['local'], { BRIDGE_DATA_DIR, INGRESS_TLS_KEY_FILE: '/nowhere' })
  assert.deepEqual(
    [code, said],
    [
      1,
      'The configuration cannot be used:\n  INGRESS_TLS_CERT_FILE: is not set, but INGRESS_TLS_KEY_FILE is\n',
    ],
  )
})
