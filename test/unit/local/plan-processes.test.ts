import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planProcesses } from '../../../local/plan-processes.ts'
import type { Worker } from '../../../local/workers.ts'

const environments = {
  setup: {},
  ingress: ({ hook, metrics }: { hook: number; metrics: number }) => ({
    INGRESS_PORT: String(hook),
    METRICS_HOST: '0.0.0.0',
    METRICS_PORT: String(metrics),
  }),
  worker: (name: string, metricsPort: number) => ({ NAME: name, METRICS_PORT: String(metricsPort) }),
}
const worker = (name: string): Worker => ({
  name,
  metricsPort: 0,
  databaseRoles: [],
  readConfig: async () => ({}),
})
const ports = {
  hook: 8080,
  served: {},
  metrics: { ingress: 9464, 'audit-log': 9465, 'lag-exporter': 9474 },
}
const others = [{ name: 'lag-exporter', metricsPort: 9474 }]

test('every worker is run by the command of its name', () => {
  const plan = planProcesses({ workers: [worker('audit-log')], others }, environments, ports)
  assert.deepEqual(
    plan.workers.map(({ name, args }) => [name, args]),
    [['audit-log', ['consumer', 'audit-log']]],
  )
})

test('every process has its own operations port, at an address that this machine can reach', () => {
  const workers = [worker('audit-log')]
  const plan = planProcesses({ workers, others }, environments, ports)
  assert.deepEqual(
    [plan.ingress, ...plan.workers, ...plan.others].map(({ operationsUrl }) => operationsUrl),
    ['http://127.0.0.1:9464', 'http://127.0.0.1:9465', 'http://127.0.0.1:9474'],
  )
})
