import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '../../../lib/config.ts'
import { ConfigError } from '../../../lib/errors.ts'
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
const worker = (name: string, readConfig: (env: Environment) => unknown): Worker => ({
  name,
  metricsPort: 0,
  readConfig,
})
const fault = { variable: 'LDAP_SYNC_URL', problem: 'is not set' }
const failWithFault = () => {
  throw new ConfigError([fault])
}
const ports = {
  hook: 8080,
  metrics: { ingress: 9464, 'audit-log': 9465, 'ldap-sync': 9468, 'lag-exporter': 9474 },
}
const others = [{ name: 'lag-exporter', metricsPort: 9474 }]

test('workers with complete settings run, and the others are listed with what is missing', () => {
  const workers = [worker('audit-log', () => ({})), worker('ldap-sync', failWithFault)]
  const plan = planProcesses({ workers, others }, environments, ports)
  assert.deepEqual(
    plan.workers.map(({ name, args }) => [name, args]),
    [['audit-log', ['consumer', 'audit-log']]],
  )
  assert.deepEqual(
    plan.incomplete.map(({ name, faults }) => [name, faults]),
    [['ldap-sync', [fault]]],
  )
})

test('every process has its own operations port, at an address that this machine can reach', () => {
  const workers = [worker('audit-log', () => ({}))]
  const plan = planProcesses({ workers, others }, environments, ports)
  assert.deepEqual(
    [plan.ingress, ...plan.workers, ...plan.others].map(({ operationsUrl }) => operationsUrl),
    ['http://127.0.0.1:9464', 'http://127.0.0.1:9465', 'http://127.0.0.1:9474'],
  )
})

test('an error of a worker that is not about its settings is not hidden', () => {
  const workers = [
    worker('audit-log', () => {
      throw new TypeError('a mistake in the worker')
    }),
  ]
  assert.throws(() => planProcesses({ workers, others }, environments, ports), TypeError)
})
