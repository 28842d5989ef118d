import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, openStack } from '../helpers/stack.ts'

const stack = await openStack('ingress-start')

const outcomeOf = async (env: Readonly<Record<string, string>>) => {
  const { exited, lines } = await stack.start(['ingress'], env)
  const { code } = await exited
  return { code, said: lines.join('\n') }
}

test('without a secret the ingress refuses to start and names the variable', async () => {
  const { code, said } = await outcomeOf({ INGRESS_SECRET_TOKENS: '' })
  assert.equal(code, 1)
  assert.match(said, /INGRESS_SECRET_TOKENS: is not set/)
})

test('on a cluster without our topics it refuses to start and says `bridge setup`', async () => {
  const { code, said } = await outcomeOf({})
  assert.equal(code, 1)
  assert.match(said, /bridge setup/)
})

test('with one topic missing it starts, and says which and what to do', async () => {
  await stack.setUp()
  const missing = stack.names.topic('tag_push')
  const admin = stack.kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [missing] })
  await admin.disconnect()
  const { lines, stop } = await stack.start(['ingress'])
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, string>)
  const metrics = await eventually(() => {
    const found = logged().find(({ message }) => message === 'hooks are accepted')?.metrics
    assert.ok(found)
    return found
  })
  const { topic, todo } = logged().find(({ message = '' }) => message.startsWith('a topic is not available')) ?? {}
  assert.deepEqual({ topic, todo }, { topic: missing, todo: 'run `bridge setup`' })
  const ready = await fetch(metrics.replace('/metrics', '/readyz'))
  assert.deepEqual([ready.status, await ready.json()], [200, { status: `degraded: not available: ${missing}` }])
  await stop(10_000)
})
