// `docker compose up --wait` ends when this check succeeds.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'

const canary = 'gitlab_bridge_ingress_canary_read_back_timestamp_seconds'
const answers = { ready: 200, metrics: '' }
const server = createServer(({ url }, response) => {
  if (url === '/readyz') response.writeHead(answers.ready).end('{}')
  else response.end(answers.metrics)
}).listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => server.close())

const exitCode = async (port = (server.address() as AddressInfo).port): Promise<number | null> => {
  const file = join(process.cwd(), 'deploy/images/bridge/healthcheck.mjs')
  const child = execFile(process.execPath, [file], { env: { METRICS_PORT: String(port) } })
  return (await once(child, 'exit'))[0]
}

test('the ingress is unhealthy until the first canary was read back, also when it is ready', async () => {
  answers.metrics = `# TYPE ${canary} gauge\n${canary} 0\n`
  assert.equal(await exitCode(), 1)
  answers.metrics = `# TYPE ${canary} gauge\n${canary} 1780000000.5\n`
  assert.equal(await exitCode(), 0)
})

test('a process without a canary is healthy when it is ready', async () => {
  answers.metrics = 'up 1\n'
  assert.equal(await exitCode(), 0)
  answers.ready = 503
  assert.equal(await exitCode(), 1)
  answers.ready = 200
})

test('a process that does not answer is unhealthy', async () => {
  assert.equal(await exitCode(1), 1)
})
