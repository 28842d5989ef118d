// The commands that the runbooks tell an operator to look with, on a stack that is well. `npm run gameday`
// runs those of its alerts on a broken stack.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, test } from 'node:test'
import { runCommand } from '../gameday/runbooks/run-command.ts'
import { fillPlaceholders, runbookCommands } from '../gameday/runbooks/runbook-commands.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { routeAllTo } from '../helpers/records/route-all-to.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openStack, withRole } from '../helpers/servers/stack.ts'

/** Commands that need more than a stack that is well: their beginning, and why they do not run here. */
const leftOut: Readonly<Record<string, string>> = {
  'bridge ldap ': 'they need an LDAP server: see test/ldap/commands.test.ts',
  'openssl s_client': 'it asks the address of a user, which is an example in the page',
  'bridge doctor --test-alert': 'it needs an Alertmanager: the game day has one',
  'bridge doctor': 'it needs every setting of an operator: the game day has them',
  'bridge audit verify': 'it needs the anchors of an audit log: see test/integration/audit-document.test.ts',
  'bridge dead-letters show': 'it needs a dead letter: the game day makes one',
  'bridge offsets set': 'the page asks whether somebody has run it',
  'bridge rebuild': 'the page asks whether somebody has run it',
  'bridge outbox show': 'it needs a destination that has had a message: see test/integration/outbox.test.ts',
  psql: 'the client of PostgreSQL is not in the embedded stack',
}

const stack = await openStack('runbooks')
// In the shared database, the accounts of other test files may be open while their workers run.
const { databaseUrl, remove } = await startServers(['postgres'])
after(remove)
const databases = {
  DATABASE_URL: databaseUrl,
  AUDIT_LOG_DATABASE_URL: withRole(databaseUrl, 'audit_log', 'audit-log-password'),
}
await stack.setUp(databases)
const ingress = await stack.startIngress()
await stack.startReady(['consumer', 'push-author-log'])
await post(ingress.hookUrl, sample('push'))
const { env: routes } = await routeAllTo(await stack.temporaryFolder(), {
  type: 'slack',
  url: 'http://127.0.0.1:9/',
})
const operatorEnv = { ...stack.env, ...databases, ...routes }
const values = { worker: 'push-author-log', path: 'a/group' }

const looks = readdirSync(new URL('../../docs/runbooks/', import.meta.url))
  .filter((file) => file !== 'README.md')
  .flatMap((file) => runbookCommands(file.replace('.md', '')))
  .filter(({ section }) => section === 'Look')
  .filter(({ text }) => !Object.keys(leftOut).some((beginning) => text.startsWith(beginning)))
const pagesOf = Map.groupBy(looks, ({ text }) => text)

test('there are commands to look with', () => {
  assert.ok(pagesOf.size >= 8, [...pagesOf.keys()].join(', '))
})

for (const [text, commands] of pagesOf)
  test(`${text} of ${commands.map(({ page }) => page).join(', ')}`, async () => {
    const ofIngress = text.startsWith('bridge status')
    const short = text.replace('--timeout 60', '--timeout 5')
    const typed = fillPlaceholders(short, values) + (ofIngress ? ` --metrics ${ingress.metricsUrl}` : '')
    const hook = { INGRESS_PORT: new URL(String(ingress.hookUrl)).port }
    const { code, output } = await runCommand(typed, { ...operatorEnv, ...hook })
    assert.equal(code, 0, output)
  })
