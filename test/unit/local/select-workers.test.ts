import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkSettings } from '../../../cli/workers/check-settings.ts'
import { consumers } from '../../../consumers/index.ts'
import type { Environment } from '../../../lib/config.ts'
import { ConfigError } from '../../../lib/errors.ts'
import { selectWorkers } from '../../../local/select-workers.ts'
import type { Worker } from '../../../local/workers.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'

const worker = (name: string, ...required: string[]): Worker => ({
  name,
  metricsPort: 9480,
  databaseRoles: name === 'audit-log' ? [name] : [],
  readConfig: async (env: Environment) => {
    const missing = required.filter((variable) => !env[variable])
    if (missing.length > 0)
      throw new ConfigError(missing.map((variable) => ({ variable, problem: 'is not set' })))
  },
})
const workers = [
  worker('audit-log', 'AUDIT_LOG_DATABASE_URL', 'KAFKA_BROKERS'),
  worker('push-author-log'),
  worker('chat-notifier', 'CHAT_URL', 'CHAT_TOKEN'),
]
const select = async (named: string[] | undefined, env: Environment = {}) => {
  const { running, waiting } = await selectWorkers(workers, named, env)
  return { running: running.map(({ name }) => name), waiting }
}
const chatFaults = [
  { variable: 'CHAT_URL', problem: 'is not set' },
  { variable: 'CHAT_TOKEN', problem: 'is not set' },
]

test('without BRIDGE_WORKERS every worker runs whose settings are complete', async () => {
  assert.deepEqual(await select(undefined), {
    running: ['audit-log', 'push-author-log'],
    waiting: [{ name: 'chat-notifier', faults: chatFaults, isLeftOut: false }],
  })
  assert.deepEqual((await select(undefined, { CHAT_URL: 'x', CHAT_TOKEN: 'y' })).waiting, [])
})

test('with BRIDGE_WORKERS only the named workers run', async () => {
  assert.deepEqual(await select(['push-author-log']), {
    running: ['push-author-log'],
    waiting: [
      { name: 'audit-log', faults: [], isLeftOut: true },
      { name: 'chat-notifier', faults: chatFaults, isLeftOut: true },
    ],
  })
})

test('a named worker whose settings are missing is refused by its variables', async () => {
  await assert.rejects(select(['push-author-log', 'chat-notifier'], { CHAT_TOKEN: 'hidden' }), {
    name: 'SettingsError',
    message:
      'The bridge was not started, because BRIDGE_WORKERS names what cannot run: ' +
      'chat-notifier waits for CHAT_URL.',
  })
})

test('an error of a worker that is not about its settings is not hidden', async () => {
  const broken: Worker = {
    ...worker('broken'),
    readConfig: async () => {
      throw new TypeError('a mistake in the worker')
    },
  }
  await assert.rejects(selectWorkers([broken], undefined, {}), TypeError)
})

test('a wrong file keeps only its own worker from running, and the reason names the field', async (t) => {
  const folder = await temporaryFolder(t)
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const routes = await write(
    'routes.yaml',
    'destinations: {}\nroutes:\n  - { to: lost, visibility: [public] }\n',
  )
  const mapping = await write('mapping.yaml', 'groups: {}\n')
  const real = consumers.map((consumer) => ({
    ...worker(consumer.name),
    databaseRoles: consumer.database === undefined ? [] : [consumer.name],
    readConfig: (env: Environment) => checkSettings(consumer, env),
  }))
  const env = {
    ...{ ROUTES_FILE: routes, LDAP_SYNC_MAPPING_FILE: mapping, LDAP_SYNC_URL: 'ldaps://ldap.example' },
    REVIEWER_MENTIONS_FILE: await write('reviewers.yaml', 'mentions: [{ people: ada, projects: "**" }]\n'),
    ...{ LDAP_SYNC_BIND_DN: 'cn=bridge', LDAP_SYNC_BIND_PASSWORD: 'not-a-real-password' },
  }
  const { running, waiting } = await selectWorkers(real, undefined, env)
  assert.ok(['audit-log', 'push-author-log'].every((name) => running.some((each) => each.name === name)))
  const reasons = waiting.flatMap(({ name, faults }) =>
    faults.map(({ variable, problem }) => `${name}: ${variable}: ${problem}`),
  )
  assert.match(
    reasons.join('\n'),
    /^chat-notifier: ROUTES_FILE: .*routes\.0\.to: there is no destination lost$/m,
  )
  assert.match(reasons.join('\n'), /^hook-forwarder: ROUTES_FILE: .*no destination lost$/m)
  assert.match(reasons.join('\n'), /^ldap-sync: LDAP_SYNC_MAPPING_FILE: /m)
  assert.match(reasons.join('\n'), /^issue-commenter: ROUTES_FILE: .*no destination lost$/m)
  const names = ['chat-notifier', 'hook-forwarder', 'issue-commenter', 'ldap-sync', 'reviewer-mentions']
  assert.deepEqual(waiting.map(({ name }) => name).sort(), names)
})
