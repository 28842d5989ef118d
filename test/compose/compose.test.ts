// docker-compose.yml on a real engine: the services without a profile.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { consumers } from '../../consumers/index.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { allDashboards } from '../../monitoring/dashboards/all-dashboards.ts'
import { readSchemaIds } from '../helpers/compose/read-schema-ids.ts'
import { createStackProbe, type Push, type StackProbe } from '../helpers/compose/stack-probe.ts'
import { findChromium } from '../helpers/feed/find-chromium.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { pythonWith } from '../helpers/process/python.ts'
import { readPage } from '../helpers/records/markdown.ts'
import { type Compose, createCompose } from '../helpers/servers/compose.ts'

const limitMs = 120_000
const pushes: Push[] = []

let compose: Compose
let probe: StackProbe

/** From `docker compose up` with built and pulled images to the answer to the first hook. */
let firstHookMs: number

before(async () => {
  compose = await createCompose(`bridge-test-${process.pid}`)
  probe = createStackProbe(compose)
  const started = performance.now()
  await compose.up()
  pushes.push(await probe.post())
  firstHookMs = performance.now() - started
})
after(() => compose?.remove())

test('when `up --wait` ends, a canary has gone all the way, and the first hook is published', async (t) => {
  t.diagnostic(`first hook after ${Math.round(firstHookMs / 1000)} s`)
  const metrics = await compose.exec(
    'ingress',
    ...['node', '--eval', "fetch('http://127.0.0.1:9464/metrics').then((r) => r.text()).then(console.log)"],
  )
  const readBack = /^gitlab_bridge_ingress_canary_read_back_timestamp_seconds (\S+)$/m.exec(metrics)?.[1]
  assert.ok(Number(readBack) > 1.7e9, readBack)
  assert.equal(pushes[0]?.outcome, 'published')
  assert.ok(firstHookMs < 180_000, `${Math.round(firstHookMs / 1000)} s`)
})

test('comes up whole: Prometheus reaches every process, Alertmanager and Grafana answer', async () => {
  await eventually(async () => {
    const { data } = (await probe.getJson('PROMETHEUS_PORT', '/api/v1/query?query=up')) as {
      data: { result: { metric: { process: string }; value: [number, string] }[] }
    }
    const reached = data.result.filter(({ value }) => value[1] === '1').map(({ metric }) => metric.process)
    assert.deepEqual(reached.sort(), [
      ...['audit-log', 'event-feed', 'ingress', 'lag-exporter', 'project-directory', 'prometheus'],
      'push-author-log',
    ])
  }, limitMs)
  await eventually(async () => {
    const { data } = (await probe.getJson('PROMETHEUS_PORT', '/api/v1/alertmanagers')) as {
      data: { activeAlertmanagers: unknown[] }
    }
    assert.equal(data.activeAlertmanagers.length, 1)
  }, limitMs)
  const password = (await compose.exec('grafana', 'cat', '/secrets/admin-password')).trim()
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
  const found = (await probe.getJson('GRAFANA_PORT', '/api/search', { authorization })) as { uid: string }[]
  assert.deepEqual(
    found.map(({ uid }) => uid).sort(),
    allDashboards(consumers, logFollowers)
      .map(({ uid }) => uid)
      .sort(),
  )
})

test('every metric of the bridge on the first dashboard exists', async () => {
  const dashboard = readPage('monitoring/grafana/dashboards/bridge-lost.json')
  const names = new Set(dashboard.match(/gitlab_bridge_\w+/g))
  assert.ok(names.size > 8)
  await eventually(async () => {
    const { data } = (await probe.getJson('PROMETHEUS_PORT', '/api/v1/label/__name__/values')) as {
      data: string[]
    }
    assert.deepEqual([...names.difference(new Set(data))], [], 'metrics that no process exports')
  }, limitMs)
})

test('no process has rights, and none can write to its root', async () => {
  const ids = (await compose.run('ps', '--quiet')).trim().split('\n')
  assert.equal(ids.length, 13)
  for (const id of ids) {
    const look = 'cat /proc/1/status; if touch /written 2>/dev/null; then echo writable; fi'
    const status = await compose.docker('exec', id, 'sh', '-c', look)
    const name = await compose.docker('inspect', '--format', '{{.Name}}', id)
    assert.match(status, /^Uid:\t([1-9]\d*)\t\1\t\1\t\1$/m, name)
    for (const set of ['CapPrm', 'CapEff', 'CapBnd'])
      assert.match(status, new RegExp(`^${set}:\t0+$`, 'm'), name)
    assert.match(status, /^NoNewPrivs:\t1$/m, name)
    assert.doesNotMatch(status, /^writable$/m, name)
  }
})

test('a hook with a wrong secret token is turned away', async () => {
  assert.equal(await probe.postWith('not the token'), 401)
})

test('a hook posted from outside reaches every worker', async () => {
  const push = await probe.post()
  pushes.push(push)
  await probe.reaches(push)
})

test('a subscriber outside of the stack reads with the Python example, and can change nothing', async () => {
  const python = await pythonWith('examples/python/requirements.txt')
  const password = (await compose.exec('kafka', 'cat', '/secrets/reader-password')).trim()
  const registry = `http://127.0.0.1:${compose.ports.LOCAL_REGISTRY_PORT}/apis/ccompat/v7`
  const env = {
    KAFKA_BROKERS: `127.0.0.1:${compose.ports.LOCAL_KAFKA_PORT}`,
    SCHEMA_REGISTRY_URL: registry,
    CLIENT_SETTINGS: JSON.stringify({
      ...{ 'group.id': 'reader.example', 'security.protocol': 'SASL_PLAINTEXT' },
      ...{ 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.username': 'reader', 'sasl.password': password },
    }),
  }
  const { stdout } = await promisify(execFile)(python, ['examples/python/consume.py', '1', '240'], { env })
  const { delivery, event } = JSON.parse(stdout)
  assert.equal(event, 'push')
  assert.ok(
    pushes.some(({ id }) => id === delivery),
    delivery,
  )
  const changed = await fetch(`${registry}/subjects/gitlab.push-value/versions/1`, { method: 'DELETE' })
  assert.equal(changed.status, 405)
})

test('in Chromium, a person signs in at the page of the feed and sees the next hook', async () => {
  const token = (await compose.exec('event-feed', 'cat', '/secrets/token')).trim()
  const executablePath = findChromium() ?? assert.fail("install Chromium (Debian's package `chromium`)")
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(limitMs)
    await page.goto(`http://127.0.0.1:${compose.ports.EVENT_FEED_PORT}/`)
    await page.waitForSelector('#sign-in[open]')
    await page.fill('#sign-in [name=token]', token)
    await page.click('#sign-in button[type=submit]')
    await page.waitForSelector('#connection[data-state="open"]')
    const push = await probe.post()
    pushes.push(push)
    // The page already lists the hooks of the last 15 minutes, and the new one comes on top.
    await eventually(async () => {
      await page.locator('#events button').first().click()
      await page.waitForSelector(`#detail-raw:has-text("${push.after}")`, { timeout: 2000 })
    }, limitMs)
  } finally {
    await browser.close()
  }
})

test('killed processes come back, and nothing is lost', async () => {
  for (const service of ['ingress', 'kafka', 'audit-log']) {
    // Process 1 is the init of Docker, which ends when its child has been killed.
    await compose.exec(service, 'sh', '-c', 'kill -9 -1').catch(() => undefined)
    await compose.up()
    const push = await probe.post()
    pushes.push(push)
  }
  for (const push of pushes) await probe.reaches(push)
})

test('down and up again loses nothing, and schemas keep their ids', async () => {
  const schemaIds = await readSchemaIds(probe)
  assert.ok(Object.keys(schemaIds).length > 5)
  await compose.run('down')
  await compose.up()
  assert.deepEqual(await readSchemaIds(probe), schemaIds)
  pushes.push(await probe.post())
  for (const push of pushes) await probe.reaches(push)
})

test('down --volumes leaves nothing behind', async () => {
  await compose.run('--profile', '*', 'down', '--volumes')
  const filter = ['--filter', `label=com.docker.compose.project=bridge-test-${process.pid}`, '--quiet']
  assert.equal(await compose.docker('ps', '--all', ...filter), '')
  assert.equal(await compose.docker('volume', 'ls', ...filter), '')
  assert.equal(await compose.docker('network', 'ls', ...filter), '')
})
