// The accounts over real servers: 0 while nothing is lost, also over restarts, and a loss names its place.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { allChecks } from '../../cli/doctor/all-checks.ts'
import { examine } from '../../cli/doctor/examine.ts'
import type { Account } from '../../cli/status/accounting/equation.ts'
import { printAccounting } from '../../cli/status/accounting/print-accounting.ts'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { hookForwarder } from '../../consumers/hook-forwarder/hook-forwarder.ts'
import { createReadPool } from '../../lib/database.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { post } from '../helpers/records/hooks.ts'
import { fixture } from '../helpers/records/samples.ts'
import { startReceiver } from '../helpers/servers/chat/start-receiver.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const worker = hookForwarder as unknown as Consumer
const stack = await openWorkerStack('accounting', [auditLog as unknown as Consumer, worker])
const receiver = await startReceiver()
after(() => receiver.close())
const destination = 'accounting-receiver'
const routes = join(await stack.temporaryFolder(), 'routes.yaml')
await writeFile(
  routes,
  JSON.stringify({
    destinations: {
      [destination]: { type: 'forward', url: receiver.url, allow_private: true, token: 'a-token' },
    },
    routes: [{ to: destination, visibility: ['public', 'internal', 'private'] }],
  }),
  { mode: 0o600 },
)
const pool = createReadPool(stack.databaseUrl, 'accounting-test', 1)
after(() => pool.end())
// A killed worker leaves its group when its session ends.
const session = { CONSUMER_SESSION_SECONDS: '6' }
const database = { DATABASE_URL: stack.databaseUrl, ROUTES_FILE: routes, ...session }

let [ingress, audit, forwarder] = await Promise.all([
  stack.startIngress(),
  stack.startReady(['consumer', 'audit-log'], session),
  stack.startReady(['consumer', 'hook-forwarder'], database),
])

/** What `bridge status --accounting --json` prints about this stack, of what does not add up. */
const readOpen = async (): Promise<string[]> => {
  const accounts = await read()
  const open = accounts.filter((account) => !('residue' in account) || account.residue !== 0)
  return open.map((account) => JSON.stringify(account))
}

const read = async (): Promise<Account[]> => {
  const lines: string[] = []
  await printAccounting(
    { ...stack.env, ...database },
    {
      form: 'json',
      processes: {
        ingress: ingress.metricsUrl,
        audit: audit.metricsUrl,
        forwarder: forwarder.metricsUrl,
      },
      outboxWorkers: ['hook-forwarder'],
      print: (line) => lines.push(line),
    },
  )
  const accounts = lines.map((line) => JSON.parse(line) as Account)
  // Other test files have topics and destinations of their own in the same database.
  return accounts.filter(
    (account) =>
      !('place' in account) ||
      account.equation.startsWith('stage') ||
      [stack.prefix, destination].some((name) => account.place.includes(name)),
  )
}

const postAll = async (ids: readonly string[]) => {
  for (const id of ids) {
    const { status } = await post(ingress.hookUrl, fixture('push').body, { 'idempotency-key': id })
    assert.ok(status < 300)
  }
}

const termsOf = async (equation: string) => {
  const found = (await read()).flatMap((account) =>
    'terms' in account && account.equation === equation ? [account.terms] : [],
  )
  return found.reduce<Record<string, number>>((sums, terms) => {
    for (const [name, value] of Object.entries(terms)) sums[name] = (sums[name] ?? 0) + value
    return sums
  }, {})
}

test('nothing is unaccounted for, and the numbers are those of the hooks', async () => {
  await postAll(['one', 'two', 'three'])
  await eventually(async () => {
    assert.equal((await termsOf('audit log')).events, 3)
    assert.equal((await termsOf('outbox')).sent, 3)
  })
  assert.deepEqual(await readOpen(), [])
})

test('it stays so when every process is killed and started again', async () => {
  await Promise.all([ingress.kill('SIGKILL'), audit.kill('SIGKILL'), forwarder.kill('SIGKILL')])
  ;[ingress, audit, forwarder] = await Promise.all([
    stack.startIngress(),
    stack.startReady(['consumer', 'audit-log'], session),
    stack.startReady(['consumer', 'hook-forwarder'], database),
  ])
  await postAll(['four', 'five'])
  await eventually(async () => {
    assert.equal((await termsOf('audit log')).events, 5)
    assert.equal((await termsOf('outbox')).sent, 5)
  })
  assert.deepEqual(await readOpen(), [])
})

test('a message that is gone from an outbox is missing there', async () => {
  await pool.query(`delete from hook_forwarder.messages where destination = $1 and delivery_id = 'four'`, [
    destination,
  ])
  const [open = '', ...others] = await readOpen()
  assert.deepEqual(others, [])
  const { equation, place, residue } = JSON.parse(open)
  assert.deepEqual([equation, place, residue], ['outbox', `hook-forwarder → ${destination}`, 1])
})

test('a record that the audit log has moved past without a leaf is missing in its partition', async (t) => {
  const move = (offsets: number) =>
    pool.query(
      `update audit_log.positions set next_offset = next_offset + $2
        where topic = $1 and kafka_partition =
              (select kafka_partition from audit_log.leaves where topic = $1 limit 1)`,
      [stack.names.topic('push'), offsets],
    )
  await move(1)
  // Other test files verify the same log.
  t.after(() => move(-1))
  const open = (await readOpen()).map((line) => JSON.parse(line))
  const audited = open.filter(({ equation }) => equation === 'audit log')
  assert.deepEqual(
    audited.map(({ place, residue }) => [place.startsWith(stack.names.topic('push')), residue]),
    [[true, 1]],
  )
})

test('the doctor finds that the servers are well, and the topics that setup would create', async () => {
  const env = { ...stack.env, DATABASE_URL: stack.databaseUrl }
  const findings = await Array.fromAsync(examine(allChecks(env), env))
  const statesOf = (check: string) => findings.flatMap((each) => (each.check === check ? [each.state] : []))
  assert.ok(statesOf('brokers').includes('ok'))
  assert.deepEqual(statesOf('registry'), ['ok'])
  assert.deepEqual(statesOf('clocks'), ['ok'])
  // Only two workers were set up.
  const topics = findings.find(({ check, state }) => check === 'topics' && state === 'problem')
  assert.match(topics?.says ?? '', /gitlab-bridge\.dead-letter\./)
  assert.equal(topics?.todo, 'run `bridge setup`')
})
