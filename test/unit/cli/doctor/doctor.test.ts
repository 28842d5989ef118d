import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { checkAlerts, sendTestAlert } from '../../../../cli/doctor/checks/alerts.ts'
import { checkCertificates, expiryFinding } from '../../../../cli/doctor/checks/certificates.ts'
import { clockFinding } from '../../../../cli/doctor/checks/clock-finding.ts'
import { checkConfiguration } from '../../../../cli/doctor/checks/configuration.ts'
import { checkDatabase } from '../../../../cli/doctor/checks/database.ts'
import { diskFindings, lossFindings } from '../../../../cli/doctor/checks/disk.ts'
import { checkRoutesFile } from '../../../../cli/doctor/checks/routes.ts'
import { examine } from '../../../../cli/doctor/examine.ts'
import { type Finding, findingText } from '../../../../cli/doctor/finding.ts'
import { ConfigError } from '../../../../lib/errors.ts'

const ok = async (): Promise<Finding[]> => [{ check: 'disks', state: 'ok', says: 'There is room.' }]

test('a check that fails is a problem with what to do, and hides no other', async () => {
  const checks = [
    {
      check: 'brokers',
      find: async () => {
        throw new Error('nobody answers')
      },
      todo: 'correct KAFKA_BROKERS',
    },
    {
      check: 'registry',
      find: async () => {
        throw new ConfigError([{ variable: 'SCHEMA_REGISTRY_URL', problem: 'is not set' }])
      },
      todo: 'start it',
    },
    { check: 'disks', find: ok, todo: '' },
  ]
  assert.deepEqual(await Array.fromAsync(examine(checks, {})), [
    { check: 'brokers', state: 'problem', says: 'nobody answers', todo: 'correct KAFKA_BROKERS' },
    { check: 'registry', state: 'skipped', says: 'It was not checked, because its settings are wrong.' },
    { check: 'disks', state: 'ok', says: 'There is room.' },
  ])
})

test('a wrong variable is a problem that names it, and its value is not shown', async () => {
  const env = { KAFKA_BROKERS: 'kafka:9092', DATABASE_URL: 'postgres://owner:hun#ter2@db/x' }
  const found = await checkConfiguration(env, env)
  const finding = found.find(({ says }) => says.startsWith('DATABASE_URL'))
  assert.equal(finding?.state, 'problem')
  assert.match(finding?.todo ?? '', /correct DATABASE_URL/)
  assert.doesNotMatch(JSON.stringify(found), /ter2/)
})

test('what is not configured is skipped, and says what is missing without it', async () => {
  const found = [
    ...(await checkDatabase({})),
    ...(await checkRoutesFile({})),
    ...(await checkCertificates({})),
  ]
  assert.deepEqual(
    found.map(({ state }) => state),
    ['skipped', 'skipped', 'skipped'],
  )
})

test('a disk is judged by what the spool may take', () => {
  const disk = { folder: '/spool', freeBytes: 10e9, freeFiles: 1e6, isWritable: true }
  const stateOf = (changes: Partial<typeof disk>) => diskFindings({ ...disk, ...changes }, 2e9)[0]?.state
  assert.equal(stateOf({}), 'ok')
  assert.equal(stateOf({ freeBytes: 1e9 }), 'warning')
  assert.equal(stateOf({ freeBytes: 0.4e9 }), 'problem')
  assert.equal(stateOf({ freeFiles: 10 }), 'problem')
  assert.equal(stateOf({ isWritable: false }), 'problem')
  // Some file systems, such as btrfs, do not count inodes.
  assert.equal(stateOf({ freeFiles: 0 }), 'ok')
})

test('a spool whose hooks a restart loses is found, and a spool on a disk is not mentioned', () => {
  const states = (isMemoryAccepted: boolean) =>
    (['memory', 'container', 'kept'] as const).map(
      (kind) => lossFindings(kind, '/spool', 'INGRESS_SPOOL_DIR', isMemoryAccepted)[0]?.state,
    )
  assert.deepEqual(states(false), ['problem', 'warning', undefined])
  assert.deepEqual(states(true), ['warning', 'warning', undefined])
})

test('a certificate is renewed before it expires, and a clock may be wrong by seconds', async () => {
  const [now, day] = [Date.parse('2026-06-01T00:00:00Z'), 86_400_000]
  const stateIn = (days: number) => expiryFinding('a certificate', now + days * day, now, 'restart').state
  assert.deepEqual([stateIn(90), stateIn(14), stateIn(-1)], ['ok', 'warning', 'problem'])
  const clockBy = (seconds: number) => clockFinding('the database', now + seconds * 1000, now)
  assert.deepEqual([clockBy(3).state, clockBy(-3).state], ['ok', 'ok'])
  assert.match(clockBy(90).says, /90 s ahead of/)
  assert.match(clockBy(-90).says, /90 s behind/)
  const [unreadable] = await checkCertificates({ INGRESS_TLS_CERT_FILE: '/does/not/exist' })
  assert.equal(unreadable?.state, 'problem')
})

/** Answers like Alertmanager, which refuses what is not a list of alerts. */
const startAlertmanager = async (t: TestContext, status = 200) => {
  const posted: { labels: Record<string, string>; startsAt: string; endsAt: string }[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    if (request.method === 'GET' && request.url === '/alertmanager/-/ready')
      return response.writeHead(status).end('OK')
    if (request.method !== 'POST' || request.url !== '/alertmanager/api/v2/alerts')
      return response.writeHead(404).end()
    posted.push(...JSON.parse(body))
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { posted, env: { ALERTMANAGER_URL: `http://127.0.0.1:${port}/alertmanager/` } }
}

test('without an Alertmanager, alerts go nowhere', async () => {
  const [finding = assert.fail()] = await checkAlerts({})
  assert.equal(finding.state, 'warning')
  assert.match(findingText(finding), /^warning +alerts +Alerts go nowhere: .* → run an Alertmanager/)
  assert.equal((await sendTestAlert({})).state, 'problem')
})

test('a test alert goes through Alertmanager and ends by itself', async (t) => {
  const { posted, env } = await startAlertmanager(t)
  assert.equal((await checkAlerts(env))[0]?.state, 'ok')
  assert.equal((await sendTestAlert(env)).state, 'ok')
  const [alert = assert.fail()] = posted
  assert.equal(alert.labels.alertname, 'BridgeTestAlert')
  assert.equal(Date.parse(alert.endsAt) - Date.parse(alert.startsAt), 300_000)
})

test('an Alertmanager that refuses is a problem', async (t) => {
  const { env } = await startAlertmanager(t, 503)
  assert.equal((await checkAlerts(env))[0]?.state, 'problem')
  assert.equal((await sendTestAlert(env)).state, 'problem')
})
