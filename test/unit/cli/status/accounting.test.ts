// What `bridge status --accounting` says, and its exit code, where something does not answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { printAccounting } from '../../../../cli/status/accounting/print-accounting.ts'
import type { Environment } from '../../../../lib/config.ts'

/** A process whose metrics say how much is unaccounted for at one stage. */
const startProcess = async (t: TestContext, residue: number): Promise<string> => {
  const server = createServer((_, response) =>
    response.end(`gitlab_bridge_unaccounted_records{stage="spool"} ${residue}\n`),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
}

/** Nothing listens on this port. */
const away = '127.0.0.1:1'
const withoutDatabase: Environment = {}
const databaseIsAway: Environment = { DATABASE_URL: `postgres://bridge@${away}/bridge`, KAFKA_BROKERS: away }

const account = async (env: Environment, processes: Readonly<Record<string, string>>) => {
  const lines: string[] = []
  const print = (line: string) => lines.push(line)
  const code = await printAccounting(env, {
    form: 'text',
    processes,
    outboxWorkers: ['chat-notifier'],
    print,
  })
  return { code, lines }
}

test('all that was compared adds up: the code is 0, also where no database is named', async (t) => {
  const { code, lines } = await account(withoutDatabase, { ingress: await startProcess(t, 0) })
  assert.equal(code, 0)
  assert.match(lines.join('\n'), /audit log and outboxes: not compared: DATABASE_URL is not set\nok /)
})

test('a database that does not answer is named, and the code is 2', async (t) => {
  const { code, lines } = await account(databaseIsAway, { ingress: await startProcess(t, 0) })
  assert.equal(code, 2)
  assert.match(lines[0] ?? '', /audit_log: not compared: .*ECONNREFUSED/)
  assert.match(lines[1] ?? '', /chat_notifier: not compared: /)
})

test('a process that does not answer is named, and the code is 2', async (t) => {
  const processes = { ingress: await startProcess(t, 0), audit: `http://${away}/metrics` }
  const { code, lines } = await account(withoutDatabase, processes)
  assert.equal(code, 2)
  assert.match(lines[0] ?? '', /audit: not compared: its metrics at .* do not answer: /)
})

test('where nothing could be compared, a line says so, and the code is 2', async () => {
  const { code, lines } = await account(withoutDatabase, {})
  assert.equal(code, 2)
  assert.match(lines.join('\n'), /everything: not compared: .*--metrics.*DATABASE_URL/)
})

test('what is missing comes first, and its code is 1 also where something does not answer', async (t) => {
  const { code, lines } = await account(databaseIsAway, {
    ingress: await startProcess(t, 0),
    other: await startProcess(t, 2),
  })
  assert.equal(code, 1)
  assert.match(lines[0] ?? '', /^missing +stage spool +other: 2 unaccounted/)
})
