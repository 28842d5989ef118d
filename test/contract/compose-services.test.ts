import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consumers } from '../../consumers/index.ts'
import { ownVariablesOf } from '../../consumers/runtime/worker-variables.ts'
import { workers } from '../../consumers/workers.ts'
import { readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import type { ComposeService } from '../helpers/compose/compose-schema.ts'
import { defaultOf, readCompose, serviceNamed } from '../helpers/compose/read-compose.ts'

const compose = readCompose()
const serviceOf = (name: string) => serviceNamed(compose, name)

/** What the service is given if .env sets nothing. A file of a secret counts as the secret. */
const suppliedBy = ({ environment = {} }: ComposeService): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment)
      .filter(([, value]) => value !== null)
      .map(([name, value]) =>
        name.endsWith('_DATABASE_URL_FILE')
          ? [name.replace(/_FILE$/, ''), 'postgres://worker@postgres/gitlab_bridge']
          : [name.replace(/_FILE$/, ''), defaultOf(value)],
      ),
  )

test('every worker has a service, with its own operations port', () => {
  for (const { name, metricsPort } of workers) {
    const { command, environment } = serviceOf(name)
    assert.deepEqual(command, ['consumer', name])
    assert.equal(environment?.METRICS_PORT, metricsPort, name)
  }
})

test('a worker that compose does not give all its settings is in a profile', () => {
  for (const worker of workers) {
    const service = serviceOf(worker.name)
    if (service.profiles !== undefined) continue
    try {
      const own = 'create' in worker ? ownVariablesOf(worker) : worker.variables
      readVariables(own, suppliedBy(service))
    } catch (error) {
      assert.ok(error instanceof ConfigError)
      assert.fail(`${worker.name} needs a profile, or a value: ${error.message}`)
    }
  }
})

test('the lag exporter reports every worker that runs without a profile, also before it has run', () => {
  const expected = consumers
    .filter(({ name }) => serviceOf(name).profiles === undefined)
    .map(({ name }) => name)
  const named = String(serviceOf('lag-exporter').environment?.BRIDGE_WORKERS)
  assert.equal(named, `\${BRIDGE_WORKERS:-${expected.join(',')}}`)
})
