// What docs/compose.md and docs/backup.md say about a running docker compose project, command by command.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { commandsBelow } from '../helpers/compose/documented-commands.ts'
import { findFittingClient } from '../helpers/compose/fitting-client.ts'
import { readSchemaIds } from '../helpers/compose/read-schema-ids.ts'
import { createStackProbe, type Push, query, type StackProbe } from '../helpers/compose/stack-probe.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { type Compose, createCompose } from '../helpers/servers/compose.ts'

const limitMs = 120_000
const pushes: Push[] = []

let compose: Compose
let probe: StackProbe

before(async () => {
  compose = await createCompose(`bridge-documented-${process.pid}`)
  probe = createStackProbe(compose)
  await compose.up()
  pushes.push(await probe.post())
})
after(() => compose?.remove())

const tokens = async () => (await compose.exec('ingress', 'cat', '/secrets/tokens')).trim().split('\n')

test('the token of the hooks is changed, and the old one is refused without a restart', async () => {
  const [old = ''] = await tokens()
  const [change = ''] = commandsBelow(compose, 'docs/compose.md', 'Change secrets')
  const commands = change.trim().split('\n')
  const removal = commands.at(-1) ?? ''
  await compose.shell(commands.slice(0, -1).join('\n'))
  const [first, added = '', ...others] = await tokens()
  assert.deepEqual([first, others], [old, []])
  await eventually(async () => assert.equal(await probe.postWith(added), 200), limitMs)
  assert.equal(await probe.postWith(old), 200)
  await compose.shell(removal)
  assert.deepEqual(await tokens(), [added])
  await eventually(async () => assert.equal(await probe.postWith(old), 401), limitMs)
})

test('the password of a database role is changed', async () => {
  const files = ['postgres/audit-log', 'setup/audit-log-url', 'audit-log/url'].map(
    (file) => `/secrets/${file}`,
  )
  const old = await compose.exec('audit-log', 'cat', '/secrets/url')
  await compose.run('run', '--rm', '--entrypoint', 'rm', 'secrets', ...files)
  await compose.up()
  await compose.run('restart', 'audit-log')
  assert.notEqual(await compose.exec('audit-log', 'cat', '/secrets/url'), old)
  pushes.push(await probe.post())
  for (const push of pushes) await probe.reaches(push)
})

test('the commands of an upgrade leave everything running', async () => {
  const [upgrade = ''] = commandsBelow(compose, 'docs/compose.md', 'Upgrade')
  // The clone of the test has nothing to pull, and its image is built.
  await compose.shell(upgrade.replace('git pull\ndocker compose build\n', ''))
  pushes.push(await probe.post())
  for (const push of pushes) await probe.reaches(push)
})

test('a backup is restored on an engine that has nothing', async () => {
  const [backup = '', restore = ''] = commandsBelow(compose, 'docs/backup.md', 'With Docker Compose')
  const client = await findFittingClient(compose)
  await client.install()
  await compose.shell(client.rewrite(backup))
  const stored = 'select count(*) from audit_log.events'
  const [ids, rows] = [await readSchemaIds(probe), await query(compose, stored)]
  await compose.run('down', '--volumes')
  const databaseRuns = 'docker compose up -d --wait postgres\n'
  const [start = '', load = ''] = restore.split(databaseRuns)
  await compose.shell(start + databaseRuns)
  await client.install()
  await compose.shell(client.rewrite(load))
  assert.equal(await query(compose, stored), rows)
  assert.deepEqual(await readSchemaIds(probe), ids)
  const log = await compose.exec('push-author-log', 'bridge', 'pushes', '--json')
  for (const { after } of pushes) assert.ok(log.includes(after), after)
  const push = await probe.post()
  await probe.reaches(push)
})
