import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStack } from '../helpers/stack.ts'

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

test('with one topic missing it says which', async () => {
  await stack.setUp()
  const admin = stack.kafka.admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [stack.names.topic('tag_push')] })
  await admin.disconnect()
  const { code, said } = await outcomeOf({})
  assert.equal(code, 1)
  assert.match(said, new RegExp(`lacks 1 .*${stack.names.topic('tag_push')}.*bridge setup`))
})
