import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../../../lib/errors.ts'
import { chooseLocalPorts } from '../../../local/local-ports.ts'

const processes = [
  { name: 'audit-log', metricsPort: 9465 },
  { name: 'lag-exporter', metricsPort: 9474 },
]
const anyPorts = {
  INGRESS_PORT: '0',
  LOCAL_KAFKA_PORT: '0',
  LOCAL_REGISTRY_PORT: '0',
  LOCAL_DATABASE_PORT: '0',
}
const choose = (METRICS_PORT: string) => chooseLocalPorts({ ...anyPorts, METRICS_PORT }, processes, () => {})

test('METRICS_PORT is a fault if the ports above it do not suffice for the other processes', async () => {
  const most = 65535 - (9474 - 9464)
  await assert.rejects(
    choose(String(most + 1)),
    (error) =>
      error instanceof ConfigError && error.message.startsWith(`METRICS_PORT: must be at most ${most}`),
  )
  const { metrics, release } = await choose(String(most))
  await release()
  assert.ok(Object.values(metrics).every((port) => port > 0 && port <= 65535))
})
