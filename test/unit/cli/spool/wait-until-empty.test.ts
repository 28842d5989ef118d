import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { waitUntilEmpty } from '../../../../cli/spool/wait-until-empty.ts'

/** Serves one text after the other as metrics, and the last one again and again. */
const serve = async (t: TestContext, texts: readonly string[]): Promise<string> => {
  let asked = 0
  const server = createServer((_, response) => response.end(texts[Math.min(asked++, texts.length - 1)]))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
}

const waiting = (records: number) => `gitlab_bridge_ingress_spool_records ${records}\n`

test('it returns once the spool is empty', async (t) => {
  const url = await serve(t, [waiting(2), waiting(1), waiting(0)])
  assert.deepEqual(await waitUntilEmpty(url, 60_000, 1), { isEmpty: true, says: 'The spool is empty.' })
})

test('when the time is over it says how many hooks wait', async (t) => {
  const url = await serve(t, [waiting(7)])
  const { isEmpty, says } = await waitUntilEmpty(url, 20, 1)
  assert.deepEqual([isEmpty, says], [false, '7 hooks still wait in the spool.'])
})

test('an answer that is not from an ingress does not count as an empty spool', async (t) => {
  const url = await serve(t, ['gitlab_bridge_consumer_lag_records 0\n'])
  assert.equal((await waitUntilEmpty(url, 20, 1)).isEmpty, false)
})

test('an ingress that does not answer may have hooks in its spool', async () => {
  const { isEmpty, says } = await waitUntilEmpty('http://127.0.0.1:1/metrics', 20, 1)
  assert.equal(isEmpty, false)
  assert.match(says, /does not answer/)
})
