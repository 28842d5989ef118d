import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { nextSteps } from '../../../../cli/status/next-steps.ts'
import { watchStatus } from '../../../../cli/status/print-status.ts'
import { processRows } from '../../../../cli/status/process-rows.ts'
import { type ProcessReading, readProcesses } from '../../../../cli/status/read-processes.ts'
import { rowsOf, type StatusRow } from '../../../../cli/status/rows.ts'
import { screenText } from '../../../../cli/status/screen-text.ts'

const now = Date.parse('2026-12-01T03:00:00Z')

const ingress = (series: Readonly<Record<string, number>>, at = 0): ProcessReading => ({
  name: 'ingress',
  readiness: { ok: true, status: 'ready' },
  series: new Map(Object.entries({ ingress_received_total: 0, ...series })),
  at,
})

const worker = (name: string, verdict: 'ok' | 'stalled' | 'behind' | 'missing' | null): StatusRow => {
  const lag = verdict === null ? null : verdict === 'ok' ? 0 : 12
  return { part: 'worker', worker: name, verdict, lag_records: lag, lag_seconds: lag }
}

test('the rate, the answers, the spool and the canary follow from two readings of an ingress', () => {
  const published = 'ingress_hooks_total{outcome="published"}'
  const before = ingress({ ingress_received_total: 10 }, 1000)
  const after = ingress(
    {
      ...{ ingress_received_total: 16, [published]: 15, 'ingress_hooks_total{outcome="forbidden"}': 0 },
      ...{ ingress_spool_records: 3, ingress_spool_oldest_age_seconds: 240, ingress_spool_set_aside: 1 },
      ...{ ingress_spool_bytes: 25, ingress_spool_limit_bytes: 100 },
      ingress_canary_read_back_timestamp_seconds: now / 1000 - 7,
    },
    3000,
  )
  assert.deepEqual(processRows([after], [before], now / 1000), [
    {
      ...{ part: 'ingress', process: 'ingress', hooks_per_second: 3 },
      ...{ answers: { published: 15 }, lost_now: 0 },
    },
    {
      ...{ part: 'spool', process: 'ingress', records: 3, oldest_age_seconds: 240, used: 0.25 },
      ...{ set_aside: 1, unavailable_topics: 0 },
    },
    { part: 'canary', process: 'ingress', age_seconds: 7 },
    { part: 'process', process: 'ingress', state: 'ready', status: 'ready', unaccounted: 0 },
  ])
})

test('a restart between two readings gives no rate, and no negative one', () => {
  const [row] = processRows([ingress({}, 2000)], [ingress({ ingress_received_total: 10 }, 1000)], now / 1000)
  assert.equal(row?.part === 'ingress' && row.hooks_per_second, null)
})

test('failed produce requests of the last seconds are an error that names the cause', () => {
  const failures = 'ingress_publish_failures_total{cause="timeout"}'
  const rows = processRows([ingress({ [failures]: 5 }, 5000)], [ingress({ [failures]: 2 }, 0)], now / 1000)
  assert.deepEqual(rowsOf(rows, 'error'), [
    { part: 'error', of: 'ingress', says: '3 produce requests failed in the last 5 s: timeout', at: null },
  ])
})

test('what loses hooks comes before what stands still, and that before what is late', () => {
  const unaccounted = ingress({ 'unaccounted_records{stage="spool"}': -2, ingress_spool_records: 4 })
  const steps = nextSteps([
    worker('chat-notifier', 'behind'),
    worker('audit-log', 'stalled'),
    worker('ldap-sync', null),
    worker('push-author-log', 'ok'),
    { part: 'dead_letters', worker: 'audit-log', count: 2, oldest: new Date(now).toISOString() },
    ...processRows([unaccounted], [], now / 1000),
    { part: 'process', process: 'event-feed', state: 'no answer', status: 'ECONNREFUSED', unaccounted: 0 },
  ])
  assert.deepEqual(
    steps.map(({ runbook }) => runbook),
    [
      ...['records-are-unaccounted', 'process-is-down', 'hooks-are-spooled', 'worker-is-stalled'],
      ...['worker-is-behind', 'dead-letters-rise'],
    ],
  )
  assert.equal(steps.at(-1)?.command, 'bridge dead-letters show audit-log')
})

test('a worker that waits says for what, and is not called stalled', () => {
  const steps = nextSteps([
    worker('audit-log', 'stalled'),
    {
      ...{ part: 'process', process: 'audit-log', state: 'not ready' },
      ...{ status: 'paused: the database', unaccounted: 0 },
    },
  ])
  assert.deepEqual(
    steps.map(({ because, runbook }) => [because, runbook]),
    [['audit-log is paused: the database', 'worker-waits']],
  )
})

test('the screen has every part, and what to do next', () => {
  const rows: StatusRow[] = [
    ...processRows([ingress({ 'ingress_hooks_total{outcome="published"}': 3 })], [], now / 1000),
    worker('audit-log', 'ok'),
    worker('ldap-sync', null),
    {
      ...{ part: 'outbox', worker: 'chat-notifier', destination: 'team', state: 'active' },
      ...{ waiting: 0, dead: 0, age_seconds: 0, last_failure: null },
    },
  ]
  assert.equal(
    screenText(rows, now),
    [
      '2026-12-01T03:00:00.000Z',
      'Ingress        rate not known yet; since its start: 3 published',
      'Spool          empty',
      'Canary         not read back since the start',
      'Processes      1 of 1 ready',
      'Workers        ok       audit-log           caught up',
      '               not used ldap-sync           has never run, and BRIDGE_WORKERS does not name it',
      'Dead letters   none',
      'Outboxes       chat-notifier → team: active, 0 waiting, 0 dead letters',
      'Look at next   nothing: everything is well',
    ].join('\n'),
  )
})

test('what a destination answers is one line, and no command to the terminal', () => {
  const says = '500 bad\n\u001b[2Jgateway'
  const text = screenText([{ part: 'error', of: 'chat-notifier → team', says, at: null }], now)
  assert.match(text, /\nLast errors {4}chat-notifier → team: 500 bad \\u001b\[2Jgateway\n/)
})

/** A process that answers as ours do. */
const startProcess = async (t: TestContext, readiness = '{"status": "ready"}') => {
  const server = createServer((request, response) => {
    const isMetrics = request.url === '/metrics'
    response.end(isMetrics ? 'gitlab_bridge_ingress_received_total 7\n' : readiness)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
}

test('a server that is none of our processes is one that does not answer', async (t) => {
  const [reading] = await readProcesses({ ingress: await startProcess(t, '{"ready": true}') })
  assert.equal(reading?.readiness, undefined)
  assert.match(reading?.problem ?? '', /^\/readyz does not answer as a process of the bridge/)
})

test('while Kafka and the database are away, the ingress is still shown, and again', async (t) => {
  const ending = new AbortController()
  const lines: string[] = []
  await watchStatus({
    env: { KAFKA_BROKERS: '127.0.0.1:1' },
    ...{ processes: { ingress: await startProcess(t) }, form: 'text', everySeconds: 0, clear: '<clear>' },
    print: (line) => {
      if (lines.push(line) === 2) ending.abort()
    },
    signal: ending.signal,
  })
  assert.equal(lines.length, 2)
  assert.match(lines[0] ?? '', /^<clear>2.*\nIngress {8}rate not known yet/)
  assert.match(lines[1] ?? '', /\nIngress {8}0\.0 hooks\/s/)
  assert.match(lines[1] ?? '', /\nDead letters {3}not known: .*\nOutboxes {7}not known: DATABASE_URL/)
  assert.match(lines[1] ?? '', /1\. the workers cannot be judged: .*lag-is-unknown\.md$/)
})
