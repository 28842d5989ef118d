// Each process loads only what it needs. The packages of all workers would cost it half a second of CPU.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bridgeEnvironment, startBridge } from '../../helpers/process/bridge-process.ts'
import { type LoadedModules, modulesOf, watchModules } from '../../helpers/process/loaded-modules.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url))
const bridge = path('cli/bridge.ts')

/** The packages that take long to load, and that not every process needs. */
const heavy = [
  ...['@kafkajs/confluent-schema-registry', 'express', 'handlebars', 'kafkajs', 'ldapts', 'pg'],
  ...['prom-client', 'undici', 'winston', 'yaml'],
]

const heavyIn = ({ packages }: LoadedModules): string[] => heavy.filter((name) => packages.has(name))

const loads = ({ files }: LoadedModules, file: string): boolean => files.some((url) => url.includes(file))

test('a command that only reads files starts without the Kafka client and without the logger', async (t) => {
  const loaded = await modulesOf(t, [bridge, 'pushes', '--folder', await temporaryFolder(t)])
  assert.ok(loads(loaded, '/read-pushes.ts'))
  assert.deepEqual(heavyIn(loaded), [])
})

test('the list of all workers loads no package but the one that checks variables', async (t) => {
  const loaded = await modulesOf(t, [path('consumers/workers.ts')])
  assert.ok(loads(loaded, '/consumers/ldap-sync/ldap-sync.ts'))
  assert.deepEqual([...loaded.packages], ['zod'])
})

/** What the handler of a worker loads beside the runtime of all workers. */
const packagesOfHandlers = {
  'audit-log': ['pg'],
  'push-author-log': [],
  'ldap-sync': ['ldapts', 'pg'],
  'chat-notifier': ['handlebars', 'pg', 'undici', 'yaml'],
} as const

for (const [worker, packages] of Object.entries(packagesOfHandlers))
  test(`the handler of ${worker} loads only the packages that it needs, and no other worker`, async (t) => {
    const loaded = await modulesOf(t, [path(`consumers/${worker}/create-handler.ts`)])
    assert.deepEqual(heavyIn(loaded), packages)
    const others = Object.keys(packagesOfHandlers).filter((name) => name !== worker)
    assert.deepEqual(
      others.filter((name) => loads(loaded, `/consumers/${name}/`)),
      [],
    )
  })

test('the runtime of the workers loads no package that only some workers need', async (t) => {
  const loaded = await modulesOf(t, [path('consumers/runtime/worker.ts')])
  assert.ok(heavyIn(loaded).includes('kafkajs'))
  const ofWorkers = Object.values(packagesOfHandlers).flat()
  assert.deepEqual(
    ofWorkers.filter((name) => loaded.packages.has(name)),
    [],
  )
})

test('commands load no code of workers', async (t) => {
  const env = { BRIDGE_DATA_DIR: await temporaryFolder(t) }
  const lag = await modulesOf(t, [bridge, 'lag'], env)
  assert.ok(loads(lag, '/print-lag.ts'))
  assert.deepEqual(heavyIn(lag), ['kafkajs', 'winston'])
  const setup = await modulesOf(t, [bridge, 'setup', '--check'], env)
  assert.ok(loads(setup, '/set-up.ts'))
  assert.deepEqual(heavyIn(setup), ['@kafkajs/confluent-schema-registry', 'kafkajs', 'pg', 'winston'])
  for (const loaded of [lag, setup]) assert.equal(loads(loaded, '/create-handler.ts'), false)
})

test('an ingress loads no worker, and no package that its settings do not ask for', async (t) => {
  const folder = await temporaryFolder(t)
  const { env, loaded } = await watchModules(t)
  const nowhere = { KAFKA_BROKERS: '127.0.0.1:1', SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1' }
  const settings = { ...nowhere, INGRESS_SECRET_TOKENS: 'not-a-real-token-of-this-ingress' }
  const ingress = await startBridge(
    ['ingress'],
    { ...bridgeEnvironment(folder), ...env, ...settings },
    folder,
  )
  try {
    assert.ok((await ingress.ready()).hookUrl)
  } finally {
    await ingress.stop(5000)
  }
  const needed = ['@kafkajs/confluent-schema-registry', 'express', 'kafkajs', 'prom-client', 'winston']
  assert.deepEqual(heavyIn(loaded()), needed)
  assert.equal(loads(loaded(), '/consumers/'), false)
})
