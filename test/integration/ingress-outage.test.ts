import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { freeze } from '../helpers/process/freeze.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openSharedRegistry } from '../helpers/servers/shared-registry.ts'
import { openStack } from '../helpers/servers/stack.ts'

// A broker of its own, because other test files must not feel the outage.
const servers = await startServers(['kafka'])
after(() => servers.remove())
const { kafkaBrokers } = servers
const schemaRegistryUrl = await openSharedRegistry()
const stack = await openStack('ingress-outage', { kafkaBrokers, schemaRegistryUrl, databaseUrl: '' })
await stack.setUp({ AUDIT_LOG_DATABASE_URL: '' })
const { hookUrl, stop } = await stack.startIngress()

test('a hook is answered within 5 s of a frozen broker, and is on its topic afterwards', async () => {
  assert.equal((await post(hookUrl, sample('push'))).status, 200)
  await freeze(servers.server('kafka'))
  try {
    const startedAt = Date.now()
    const { status, body } = await post(hookUrl, sample('push'), { 'idempotency-key': 'frozen' })
    const tookMs = Date.now() - startedAt
    assert.ok(tookMs < 5000, `answered after ${tookMs} ms`)
    assert.deepEqual([status, body.outcome], [202, 'spooled'])
  } finally {
    servers.server('kafka').kill('SIGCONT')
  }
  const isThere = async (id: string) =>
    (await recordsOf(stack, 'push')).some(({ value }) => value.delivery.id === id)
  await eventually(async () => assert.ok(await isThere('frozen')))
  await eventually(async () =>
    assert.equal((await post(hookUrl, sample('push'), { 'idempotency-key': 'thawed' })).status, 200),
  )
  assert.ok(await isThere('thawed'))
})

test('hooks during a stop of the ingress are answered, and each one with 200 is on the topic', async () => {
  const answers: Promise<{ status: number; id: string } | undefined>[] = []
  const send = async (id: string) => {
    const { status } = await post(hookUrl, sample('tag_push'), { 'idempotency-key': id })
    return { status, id }
  }
  await eventually(async () => assert.equal((await send('before the stop')).status, 200))
  for (let number = 0; number < 100; number++) answers.push(send(`stopping-${number}`).catch(() => undefined))
  await Promise.race(answers)
  await stop(10_000)
  const kept = (await Promise.all(answers))
    .filter((answer) => answer?.status === 200)
    .map((answer) => answer?.id)
  const onTopic = new Set((await recordsOf(stack, 'tag_push')).map(({ value }) => value.delivery.id))
  assert.ok(kept.length > 0)
  assert.deepEqual(
    kept.filter((id) => !onTopic.has(String(id))),
    [],
  )
})
