import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startChild } from '../../../local/process/child.ts'
import { nodeFlags } from '../../../local/process/node-options.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { freePort } from '../../helpers/process/free-ports.ts'
import {
  environmentWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { postHook } from '../../helpers/records/post-hook.ts'

const statusOf = (answer: Awaited<ReturnType<typeof postHook>>) =>
  answer === 'refused' ? answer : answer.status

test('with nothing behind it an ingress that starts takes hooks at once, before it has given up waiting for Kafka', async () => {
  const port = await freePort()
  let isStarted = false
  const starting = startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: 'token',
    INGRESS_PORT: String(port),
  }).finally(() => {
    isStarted = true
  })
  const post = (id: string) => postHook(`http://127.0.0.1:${port}/hooks`, 'token', id, markedBody(id, 0))
  let answer = await post('first')
  for (; answer === 'refused' && !isStarted; answer = await post('first')) await sleep(20)
  assert.equal(statusOf(answer), 202)
  const acceptedAt = performance.now()
  const ingress = await starting
  assert.ok(performance.now() - acceptedAt > 2000, 'the wait for Kafka came afterwards')
  assert.deepEqual(
    (await ingress.acceptedHooks()).map(({ id }) => id),
    ['first'],
  )
  await ingress.remove()
})

test('told to stop while it still waits for Kafka it answers the hook under way, takes others meanwhile, and ends in order', async (t) => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/hooks`
  const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const ingress = await startChild({
    name: 'ingress',
    command: process.execPath,
    args: [...nodeFlags, fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url)), 'ingress'],
    env: environmentWithoutServers(folder, {
      INGRESS_SECRET_TOKENS: 'token',
      INGRESS_PORT: String(port),
      INGRESS_DRAIN_SECONDS: '1',
    }),
    cwd: folder,
    output: () => {},
    stopSignal: 'SIGTERM',
  })
  const post = (id: string) => postHook(url, 'token', id, markedBody(id, 0))
  await eventually(async () => assert.equal(statusOf(await post('first')), 202))
  const request = rawRequest(markedBody('under way', 0), [
    ['X-Gitlab-Token', 'token'],
    ['Connection', 'close'],
  ])
  const underWay = sendRaw(url, [request.subarray(0, 150), 500, request.subarray(150)])
  await sleep(100)
  ingress.kill('SIGTERM')
  await sleep(100)
  assert.equal(statusOf(await post('after the signal')), 202)
  assert.deepEqual((await underWay).statuses, [202])
  assert.deepEqual(await ingress.exited, { code: 0, signal: null })
})

test('a second ingress on the same spool is refused and told what to do', async () => {
  const first = await startIngressWithoutServers({ INGRESS_SECRET_TOKENS: 'token' })
  await assert.rejects(
    startIngressWithoutServers({ INGRESS_SECRET_TOKENS: 'token', INGRESS_SPOOL_DIR: first.spoolFolder }),
    /in use by process \d+: give each ingress an INGRESS_SPOOL_DIR of its own/,
  )
  await first.remove()
})
