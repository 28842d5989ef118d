import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { eventually } from '../../helpers/process/eventually.ts'
import { freePort } from '../../helpers/process/free-ports.ts'
import { startNodeProcess } from '../../helpers/process/node-process.ts'
import { startReceiver } from '../../helpers/servers/chat/start-receiver.ts'

const registry = await startReceiver()
after(registry.close)
const port = await freePort()
const proxy = await startNodeProcess({
  name: 'registry-reader',
  entry: join(process.cwd(), 'deploy/images/bridge/registry-reader.ts'),
  env: { REGISTRY_HOST: '127.0.0.1', REGISTRY_PORT: new URL(registry.url).port, PORT: String(port) },
  cwd: process.cwd(),
})
after(() => proxy.stop(10_000))

const root = '/apis/ccompat/v7'
const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${port}${path}`, init)
await proxy.eventually(() => ask(`${root}/mode`))

test('a schema is read with its query, and answered as the registry answers', async () => {
  const body = '{"schema":"\\"string\\""}'
  registry.behave(() => ({ status: 200, body, headers: { 'content-type': 'application/json' } }))
  const answer = await ask(`${root}/schemas/ids/7?fetchMaxId=false`)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'application/json')
  assert.equal(await answer.text(), body)
  const [last] = registry.all.slice(-1)
  assert.deepEqual([last?.method, last?.path], ['GET', `${root}/schemas/ids/7?fetchMaxId=false`])
  registry.behave(() => ({ status: 404, body: '{"error_code":40403}' }))
  assert.equal((await ask(`${root}/schemas/ids/8`)).status, 404)
})

test('nothing that could change a schema reaches the registry', async () => {
  const before = registry.all.length
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    assert.equal((await ask(`${root}/subjects/gitlab.push-value`, { method })).status, 405, method)
  assert.equal(registry.all.length, before)
})

test('the other APIs of the registry cannot be reached', async () => {
  const before = registry.all.length
  for (const path of ['/', '/apis/registry/v3/admin/export', `${root}/%2e%2e/%2e%2e/registry/v3/system/info`])
    assert.equal((await ask(path)).status, 404, path)
  assert.equal(registry.all.length, before)
})

test('a registry that is down gives 502, and the proxy answers again when it is back', async () => {
  registry.behave(() => ({ status: 200 }))
  await registry.refuse()
  assert.equal((await ask(`${root}/subjects`)).status, 502)
  await registry.accept()
  await eventually(async () => assert.equal((await ask(`${root}/subjects`)).status, 200))
})
