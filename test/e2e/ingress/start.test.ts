import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../helpers/conservation.ts'
import { startLoneIngress } from '../../helpers/conservation-alone.ts'
import { bodyOf, postHook } from '../../helpers/conservation-driver.ts'

test('with nothing behind it an ingress that starts takes hooks at once, before it has given up waiting for Kafka', async () => {
  const port = await freePort()
  let isStarted = false
  const starting = startLoneIngress({ INGRESS_SECRET_TOKENS: 'token', INGRESS_PORT: String(port) }).finally(() => {
    isStarted = true
  })
  const post = (id: string) => postHook(`http://127.0.0.1:${port}/hooks`, 'token', id, bodyOf(id, 0))
  let answer = await post('first')
  for (; answer === 'refused' && !isStarted; answer = await post('first')) await sleep(20)
  assert.equal(answer === 'refused' ? answer : answer.status, 202)
  const acceptedAt = performance.now()
  const ingress = await starting
  assert.ok(performance.now() - acceptedAt > 2000, 'the wait for Kafka came afterwards')
  assert.deepEqual(
    (await ingress.letIn()).map(({ id }) => id),
    ['first'],
  )
  await ingress.remove()
})

test('a second ingress on the same spool is refused and told what to do', async () => {
  const first = await startLoneIngress({ INGRESS_SECRET_TOKENS: 'token' })
  await assert.rejects(
    startLoneIngress({ INGRESS_SECRET_TOKENS: 'token', INGRESS_SPOOL_DIR: first.spoolFolder }),
    /in use by process \d+: give each ingress an INGRESS_SPOOL_DIR of its own/,
  )
  await first.remove()
})
