// Each worker is down for a second, in a soak run for a minute: hooks and other workers do not notice.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { isSoak } from '../helpers/faults/outage.ts'
import { startDirectory } from '../helpers/ldap/ldap-harness.ts'
import { hasSlapd } from '../helpers/ldap/slapd.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startLagExporterInProcess } from '../helpers/process/lag-exporter-in-process.ts'
import { commentEffects } from '../helpers/records/comment-effects.ts'
import { post } from '../helpers/records/hooks.ts'
import { mentionEffects } from '../helpers/records/mention-effects.ts'
import { routeAllTo } from '../helpers/records/route-all-to.ts'
import { fixture } from '../helpers/records/samples.ts'
import { startReceiver } from '../helpers/servers/chat/start-receiver.ts'
import type { ReadyProcess } from '../helpers/servers/stack.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

/** One event for each kind of worker. */
const events = ['push', 'merge_request', 'user_add_to_group'] as const

const routed = async (destination: object): Promise<Environment> => {
  const receiver = await startReceiver()
  after(receiver.close)
  const folder = await stack.temporaryFolder()
  const { env } = await routeAllTo(folder, { ...destination, url: receiver.url })
  return { DATABASE_URL: stack.databaseUrl, ...env }
}

/** What each worker needs. */
const settings: Readonly<Record<string, () => Promise<Environment>>> = {
  'audit-log': async () => ({ AUDIT_LOG_DATABASE_URL: stack.auditLogUrl }),
  'push-author-log': async () => ({ PUSH_AUTHOR_LOG_DIR: await stack.temporaryFolder() }),
  'project-directory': async () => ({
    PROJECT_DIRECTORY_DATABASE_URL: stack.databaseUrl,
    PROJECT_DIRECTORY_PORT: '0',
  }),
  'chat-notifier': () => routed({ type: 'json' }),
  'hook-forwarder': () => routed({ type: 'forward', token: 'a-token' }),
  'issue-commenter': async () => (await commentEffects(stack.databaseUrl, await stack.temporaryFolder())).env,
  'reviewer-mentions': async () =>
    (await mentionEffects(stack.databaseUrl, await stack.temporaryFolder())).env,
  ...(hasSlapd() && {
    'ldap-sync': async () => ({
      ...(await startDirectory(await stack.temporaryFolder())).env,
      LDAP_SYNC_DATABASE_URL: stack.databaseUrl,
    }),
  }),
}

const workers = consumers.filter(({ name }) => name in settings)
const stack = await openWorkerStack('worker-down', workers)
const { hookUrl } = await stack.startIngress()
const running = new Map<string, ReadyProcess>()
const environments = new Map<string, Environment>()
for (const { name } of workers) environments.set(name, (await settings[name]?.()) ?? {})
/** Each is a process of its own, so that a slow one does not hold up the others. */
const start = async ({ name }: (typeof workers)[number]) => {
  const env = { CONSUMER_SESSION_SECONDS: '6', ...environments.get(name) }
  running.set(name, await stack.startReady(['consumer', name], env))
}
await Promise.all(workers.map(start))
const exporter = await startLagExporterInProcess(stack, workers)
after(exporter.stop)

const topicOf = ({ events: read }: (typeof workers)[number]): string =>
  stack.names.topic(events.find((event) => (read as readonly string[]).includes(event)) ?? 'push')
const lagOf = (worker: (typeof workers)[number]) => exporter.lag('records', worker.name, topicOf(worker))

/** Posts one hook of each event, and asserts that it was published at once. */
const postAll = async () => {
  for (const event of events) {
    const { body, headers } = fixture(event)
    const answer = await post(hookUrl, body, { 'x-gitlab-event': String(headers['x-gitlab-event']) })
    assert.equal(answer.body.outcome, 'published')
  }
}

test('while one worker is down, hooks are published and no other worker falls behind', async () => {
  assert.ok(workers.length >= 7)
  await postAll()
  for (const worker of workers) await eventually(async () => assert.equal(await lagOf(worker), 0))
  for (const down of workers) {
    await running.get(down.name)?.stop(20_000)
    const end = Date.now() + (isSoak ? 60_000 : 1000)
    let rounds = 0
    while (rounds < 3 || Date.now() < end) {
      await postAll()
      rounds += 1
      await sleep(300)
    }
    // A measurement may be half a second old. This lag shows that it is from after the last hook.
    await eventually(async () => assert.equal(await lagOf(down), rounds, down.name))
    for (const worker of workers.filter((each) => each !== down))
      await eventually(async () => assert.equal(await lagOf(worker), 0, `${worker.name}, ${down.name} down`))
    await start(down)
    await eventually(async () => assert.equal(await lagOf(down), 0, down.name))
  }
})
