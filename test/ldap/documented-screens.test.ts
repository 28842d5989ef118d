// What docs/ldap.md shows as a screen is what the commands print and what the directory holds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import {
  type OperatorAction,
  printDiff,
  printHolds,
  printStatus,
  runApprove,
  runRaise,
  runUndo,
} from '../../cli/ldap/actions.ts'
import { startActiveDirectory } from '../helpers/ldap/active-directory.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { suffix } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'
import { blocksOf, readPage } from '../helpers/records/markdown.ts'

const { directory, startSync } = await openLdapTest()
const users = Array.from({ length: 10 }, (_, index) => index + 1)
await directory.addPeople([...users.map((user) => `user${user}`), 'anna'])

/** The suffix of the directory in the examples, times and digests. */
const shown = (text: string): string =>
  text
    .replaceAll(suffix, 'dc=example,dc=com')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/\b[\da-f]{16}\b/g, '<digest>')

const page = readPage('docs/ldap.md')
const screens = shown(
  page
    .split('\n')
    .map((line) => (line.startsWith('    ') ? line.slice(4) : ''))
    .join('\n'),
)
const mappings = blocksOf(page).flatMap(({ info, text }) =>
  info === 'yaml' ? [parse(text.replaceAll('dc=example,dc=com', suffix))] : [],
)

const assertShown = (lines: readonly string[]) => {
  const text = shown(lines.join('\n'))
  assert.ok(screens.includes(text), `docs/ldap.md has no screen with these lines:\n${text}`)
}

/** Runs a command, and asserts that the page shows it with what it prints. */
const assertScreen = async (sync: RunningSync, command: string, action: OperatorAction) => {
  const lines: string[] = []
  await withOperator(sync, (operator) =>
    action(operator, (line) => lines.push(...line.trimEnd().split('\n'))),
  )
  assertShown([`$ bridge ldap ${command}`, ...lines])
  return lines
}

test('the brake, a hold that is approved, and an undo look as the page shows them', async () => {
  const sync = await startSync()
  await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  await sync.feed(...users.map((user) => memberEvent('add', { user })))
  await sync.feed(...users.slice(0, 6).map((user) => memberEvent('remove', { user })))
  await assertScreen(sync, 'holds', printHolds(undefined, {}))
  const hold = await assertScreen(sync, 'holds 1', printHolds(1, {}))
  const digest = hold.at(-1)?.split(' ').at(-1) ?? ''
  await assertScreen(sync, `approve 1 ${digest}`, runApprove(1, digest))
  await assertScreen(sync, 'undo 3', runUndo(3, {}))
  await assertScreen(sync, 'status', printStatus({}))
  await assertScreen(sync, 'raise --removals 80 --for 1h', runRaise({ removals: 80, for: '1h' }))
})

/** The lines of an entry as ldapsearch prints them. The order of the attributes is that of the server. */
const assertEntryShown = async (dn: string, attributes: readonly string[]) => {
  const lines = [`dn: ${dn}`]
  for (const name of attributes)
    lines.push(...((await directory.values(dn, name)) ?? []).map((value) => `${name}: ${value}`))
  const [first = ''] = lines.map(shown)
  const at = screens.indexOf(first)
  assert.ok(at >= 0, first)
  const block = screens.slice(at).split('\n').slice(0, lines.length)
  assert.deepEqual(block.toSorted(), lines.map(shown).toSorted())
}

const platform = groupEvent('create', 40, 'nordlicht/platform')
const anna = memberEvent('add', { user: 1, username: 'anna', group: 40 })

test('the example of groupOfNames fills the group that the page shows', async () => {
  const sync = await startSync({ mapping: mappings[0] })
  await sync.feed(platform, anna)
  await assertEntryShown(`cn=nordlicht-platform,ou=gitlab,${suffix}`, ['member'])
})

test('the example of posixGroup makes the group that the page shows', async () => {
  await directory.add(`ou=unix,${suffix}`, { objectClass: 'organizationalUnit', ou: 'unix' })
  const sync = await startSync({ mapping: mappings[1] })
  await sync.feed(platform, anna)
  const dn = `cn=nordlicht-platform-developer,ou=unix,${suffix}`
  await assertEntryShown(dn, ['objectClass', 'cn', 'gidNumber', 'memberUid'])
})

test('the example of Active Directory proposes what the page shows, with a group in ranges', async () => {
  const [people, group] = ['OU=Staff,DC=corp,DC=example', mappings[2].mirror[0].adopt]
  const server = await startActiveDirectory(group, people, 'CN')
  server.members = Array.from({ length: 1600 }, (_, index) => `CN=user${1000 + index},${people}`)
  const env = { LDAP_SYNC_URL: server.url, LDAP_SYNC_MODE: 'propose' }
  const sync = await startSync({ mapping: mappings[2], env })
  await sync.feed(platform, anna)
  await assertScreen(sync, 'diff', printDiff)
  assert.equal(server.writes, 0)
})
