// Invented events do not reach real systems: `bridge send` to a real ingress, and every worker with external
// effects beside it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { send } from '../../../cli/send/send.ts'
import { type Consumer, defineConsumer } from '../../../consumers/consumer.ts'
import { consumers } from '../../../consumers/index.ts'
import type { Environment } from '../../../lib/config.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { eventTypes } from '../../../schemas/catalogue.ts'
import { startActiveDirectory } from '../../helpers/ldap/active-directory.ts'
import { ldapSyncEnv } from '../../helpers/ldap/ldap-harness.ts'
import { groupBase, peopleBase } from '../../helpers/ldap/ldap-server.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { readSeries } from '../../helpers/process/read-series.ts'
import { startWorkerInProcess, type WorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { reviewersFile } from '../../helpers/records/mention-effects.ts'
import { routeAllTo } from '../../helpers/records/route-all-to.ts'
import { fixtures } from '../../helpers/records/samples.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

/** The system outside. It counts every call, except that a worker may ask about its own token. */
const calls: string[] = []
const outside = createServer((request, response) => {
  if (!request.url?.endsWith('/personal_access_tokens/self')) calls.push(`${request.method} ${request.url}`)
  response.end('{}')
}).listen(0, '127.0.0.1')
await once(outside, 'listening')
after(() => outside.close())
const outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`

/** Calls the outside once for every record of every event. */
const caller = defineConsumer({
  name: 'caller',
  summary: 'Made for a test.',
  events: eventTypes,
  begins: 'now',
  maxAgeHours: 1,
  repeats: 'harmless',
  effect: 'external',
  personalData: 'none',
  metricsPort: 0,
  variables: z.object({ CALLER_URL: z.url() }),
  dryRun: () => [],
  create: async ({ CALLER_URL: url }) => ({
    handle: async ({ delivery }) => void (await fetch(`${url}/caller/${delivery.source}`)) as undefined,
    close: async () => undefined,
  }),
}) as unknown as Consumer

const external = [...consumers, caller].filter(({ effect }) => effect === 'external')
const stack = await openWorkerStack('invented', external)

/** Without an event, the LDAP sync logs in once a minute and reads the root of the directory. */
const probe = ['bind', 'extended', 'search ', 'unbind']
const directory = await startActiveDirectory(`cn=werft,${groupBase}`, peopleBase, 'uid', (request) => {
  if (!probe.includes(request)) calls.push(request)
})

/** A folder for the settings of one worker. */
const folderOf = async (worker: string): Promise<string> => {
  const folder = join(await stack.temporaryFolder(), worker)
  await mkdir(folder)
  return folder
}
const routesOf = async (worker: string, destination: object) =>
  (await routeAllTo(await folderOf(worker), { ...destination, url: outsideUrl })).env

/** For each worker with external effects: the settings with which it would call the outside. */
const settingsOf: Readonly<Record<string, Environment>> = {
  'ldap-sync': await ldapSyncEnv(directory.url, await folderOf('ldap-sync')),
  'chat-notifier': await routesOf('chat-notifier', { type: 'slack' }),
  'hook-forwarder': await routesOf('hook-forwarder', { type: 'forward', token: 'a-token' }),
  'issue-commenter': await routesOf('issue-commenter', { type: 'jira', token: 'a-token' }),
  'reviewer-mentions': {
    ...(await routesOf('reviewer-mentions', { type: 'gitlab', token: 'a-token' })),
    REVIEWER_MENTIONS_FILE: reviewersFile,
  },
  caller: { CALLER_URL: outsideUrl },
}

const someSamples = ['push', 'issue', 'note', 'pipeline']

const ingress = await stack.startReady(['ingress'])
const url = String(ingress.hookUrl)

/**
 * Sends samples, and waits until all of them are in their topics: on a busy machine a hook can go by way of
 * the spool, and is answered 202. Such a hook can be in its topic twice.
 *
 * @returns how many hooks were sent
 */
const sendSamples = async (names: readonly string[], source?: string): Promise<number> => {
  for (const name of names) {
    const { status, body } = await send(name, source === undefined ? { url } : { url, source }, stack.env)
    assert.ok(status === 200 || status === 202, body)
  }
  await eventually(async () => assert.equal(await readSeries(ingress.metricsUrl, 'ingress_spool_records'), 0))
  return names.length
}

/** Waits until the worker has handled all that its topics hold. */
const untilCaughtUp = async ({ name, events }: Consumer) => {
  const offsets = await openOffsets(stack.kafka)
  const topics = events.map(stack.names.topic)
  await eventually(async () => {
    const [committed, ends] = await Promise.all([
      offsets.committed(stack.names.group(name), topics),
      offsets.ends(topics),
    ])
    const sum = (numbers: (number | undefined)[]) =>
      numbers.reduce<number>((all, each) => all + (each ?? 0), 0)
    assert.equal(sum(committed.map(({ offset }) => offset)), sum(ends.map(({ high }) => high)))
  }).finally(() => offsets.close())
}

const start = (worker: Consumer, env: Environment = {}) => {
  const settings = settingsOf[worker.name]
  assert.ok(settings, `say in this file how ${worker.name} would call the outside`)
  return startWorkerInProcess(stack, worker, { DATABASE_URL: stack.databaseUrl, ...settings, ...env })
}

for (const worker of external)
  test(`${worker.name} calls nobody for any sample that \`bridge send\` sends`, async (t) => {
    const before = calls.length
    const running = await start(worker)
    t.after(running.stop)
    await sendSamples(fixtures.map(({ name }) => name))
    await untilCaughtUp(worker)
    assert.deepEqual(calls.slice(before), [])
    const invented = 'consumer_handled_total{event="push",outcome="invented"}'
    if (worker.events.includes('push')) assert.ok((await running.metric(invented)) > 0)
  })

const warnsOfActing = ({ lines }: WorkerInProcess) =>
  lines.some(({ message }) => message.startsWith('the worker acts outside of the bridge also on invented'))

test('a worker that is let act calls the outside for invented events, too', async (t) => {
  const before = calls.length
  const running = await start(caller, { BRIDGE_LET_WORKERS_ACT: 'true' })
  t.after(running.stop)
  const sent = await sendSamples(someSamples)
  await eventually(() => assert.ok(calls.length - before >= sent))
  assert.deepEqual(new Set(calls.slice(before)), new Set(['GET /caller/sample']))
  assert.ok(warnsOfActing(running))
})

test('a hook of a configured sender is a real event', async (t) => {
  const before = calls.length
  const running = await start(caller)
  t.after(running.stop)
  const sent = await sendSamples(someSamples, 'default')
  await eventually(() => assert.ok(calls.length - before >= sent))
  assert.deepEqual(new Set(calls.slice(before)), new Set(['GET /caller/default']))
  assert.ok(!warnsOfActing(running))
})

test('a hook of GitLab cannot be sent to an invented source: its token is refused there', async () => {
  const token = String(stack.env.INGRESS_SECRET_TOKENS)
  for (const source of ['sample', 'simulate']) {
    const headers = { 'x-gitlab-token': token, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/${source}`, {
      method: 'POST',
      headers,
      body: '{"object_kind":"push"}',
    })
    assert.equal(answer.status, 401)
  }
})
