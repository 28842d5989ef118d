import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { startBridge } from '../../helpers/process/bridge-process.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { freePort } from '../../helpers/process/free-ports.ts'
import {
  environmentWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { postHook } from '../../helpers/records/post-hook.ts'

const token = 'token'

const statusOf = async (url: string, id: string) => {
  const answer = await postHook(url, token, id, markedBody(id, 0))
  return answer === 'refused' ? answer : answer.status
}
/** Posts a hook again and again until the port is open. */
const untilAccepted = (url: string, id: string) =>
  eventually(async () => assert.equal(await statusOf(url, id), 202))

/** The tests run side by side, because each of them mostly waits until an ingress has given up on Kafka. */
suite('an ingress whose brokers do not answer', { concurrency: true }, () => {
  test('accepts hooks at once, before it has given up waiting for Kafka', async () => {
    const port = await freePort()
    const starting = startIngressWithoutServers({
      INGRESS_SECRET_TOKENS: token,
      INGRESS_PORT: String(port),
    })
    await untilAccepted(`http://127.0.0.1:${port}/hooks`, 'first')
    const acceptedAt = performance.now()
    const ingress = await starting
    const waitedMs = performance.now() - acceptedAt
    assert.ok(waitedMs > 2000, `it waited for Kafka for only ${waitedMs} ms after it had accepted a hook`)
    const ids = (await ingress.acceptedHooks()).map(({ id }) => id)
    assert.deepEqual(ids, ['first'])
    await ingress.remove()
  })

  test('stops in order while it waits for Kafka: it still answers hooks that arrive', async (t) => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/hooks`
    const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const env = environmentWithoutServers(folder, {
      INGRESS_SECRET_TOKENS: token,
      INGRESS_PORT: String(port),
      INGRESS_DRAIN_SECONDS: '1',
    })
    const ingress = await startBridge(['ingress'], env, folder)
    await untilAccepted(url, 'first')

    const { promise: signalled, resolve: continueHook } = Promise.withResolvers<void>()
    const request = rawRequest(markedBody('under way', 0), [
      ['X-Gitlab-Token', token],
      ['Connection', 'close'],
    ])
    const underWay = sendRaw(url, [request.subarray(0, 150), signalled, request.subarray(150)])
    await untilAccepted(url, 'behind the first half')
    ingress.kill('SIGTERM')
    // Hooks are accepted until the drain time of one second is over.
    assert.equal(await statusOf(url, 'after the signal'), 202)
    continueHook()
    assert.deepEqual((await underWay).statuses, [202])
    assert.deepEqual(await ingress.exited, { code: 0, signal: null })
  })

  test('refuses the spool of another ingress and says what to do', async () => {
    const first = await startIngressWithoutServers({ INGRESS_SECRET_TOKENS: token })
    await assert.rejects(
      startIngressWithoutServers({ INGRESS_SECRET_TOKENS: token, INGRESS_SPOOL_DIR: first.spoolFolder }),
      /in use by process \d+: give each ingress its own INGRESS_SPOOL_DIR/,
    )
    await first.remove()
  })
})
