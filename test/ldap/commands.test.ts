import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type OperatorAction,
  printDiff,
  printHolds,
  printStatus,
  runApprove,
  runRaise,
  runReconcile,
  runUndo,
} from '../../cli/ldap/actions.ts'
import { at, groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, peopleBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { directory, startSync } = await openLdapTest()
await directory.addPeople(Array.from({ length: 10 }, (_, index) => `user${index + 1}`))
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = () => directory.values(groupDn, 'member')
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** What a command prints, and its exit code. */
const run = async (sync: RunningSync, action: OperatorAction) => {
  const lines: string[] = []
  const code = await withOperator(sync, (operator) => action(operator, (line) => lines.push(line)))
  if (process.env.SHOW_COMMANDS) console.log(lines.join('\n'))
  return { lines, code }
}

test('a hold is shown, approved as shown, and undone by hand', async () => {
  const sync = await startSync()
  await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  await sync.feed(...numbers(10).map((user) => memberEvent('add', { user })))
  await sync.feed(...numbers(6).map((user) => memberEvent('remove', { user })))
  const { lines: list } = await run(sync, printHolds(undefined, {}))
  assert.match(
    list[0] ?? '',
    /^1 {2}1 changes {2}[\da-f]{16} {2}until .*too many members would leave one group$/,
  )
  const { lines } = await run(sync, printHolds(1, {}))
  assert.deepEqual(lines.slice(0, 2), [
    'Hold 1: too many members would leave one group.',
    `  remove from ${groupDn}: member ${personDn('user6')}`,
  ])
  const digest = / ([\da-f]{16})$/.exec(lines.at(-1) ?? '')?.[1] ?? ''
  const { lines: ldif } = await run(sync, printHolds(1, { ldif: true }))
  assert.equal(
    ldif.join('\n'),
    `dn: ${groupDn}\nchangetype: modify\ndelete: member\nmember: ${personDn('user6')}\n-`,
  )
  await assert.rejects(run(sync, runApprove(1, 'another digest')), /bridge ldap holds 1/)
  const { lines: approved, code } = await run(sync, runApprove(1, digest))
  assert.equal(code, 0)
  const [, number = ''] =
    /^Done as run (\d+)\. Take it back with: bridge ldap undo/.exec(approved.at(-1) ?? '') ?? []
  assert.equal((await members())?.length, 4)
  const { lines: inverse } = await run(sync, runUndo(Number(number), { dryRun: true }))
  assert.match(inverse.join('\n'), /add: member\nmember: uid=user6/)
  assert.equal((await members())?.length, 4)
  const { lines: undone } = await run(sync, runUndo(Number(number), {}))
  assert.match(undone.at(-1) ?? '', /^Run \d+ was undone\./)
  assert.equal((await members())?.length, 5)
  const { lines: status } = await run(sync, printStatus({}))
  assert.ok(status.includes('mode: apply'))
  assert.ok(status.some((line) => line.startsWith(`group ${groupDn}: present, 5 members of ours`)))
  await directory.remove(groupDn)
})

test('a limit is raised only for a time, and says until when', async () => {
  const sync = await startSync()
  const { lines } = await run(sync, runRaise({ removals: 80, for: '1h' }))
  assert.match(lines[0] ?? '', /^The limits are raised until .*Z\. After that, the usual ones hold again\.$/)
  await assert.rejects(run(sync, runRaise({ removals: 80, for: '8d' })), /at most 7d/)
  await assert.rejects(run(sync, runRaise({ for: '1h' })), /--removals or --additions/)
})

test('a reconciliation that would pass a limit is held as a whole', async () => {
  const sync = await startSync()
  await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  await sync.feed(...numbers(10).map((user) => memberEvent('add', { user })))
  assert.deepEqual((await run(sync, runReconcile)).lines, ['The directory is what GitLab says.'])
  await sync.query('update ldap_sync.memberships set step = 2 where user_id <= 6')
  const { code, lines } = await run(sync, runReconcile)
  assert.equal(code, 1)
  assert.match(lines[0] ?? '', /^6 changes are held: see bridge ldap holds \d+$/)
  assert.equal((await members())?.length, 10, 'none of it was applied')
  const { lines: ldif } = await run(sync, printDiff)
  assert.match(ldif.join('\n'), /changetype: modify\ndelete: member/)
  assert.equal((await members())?.length, 10)
})

test('a reconciliation with another mapping is held whatever the number', async () => {
  await directory.remove(groupDn).catch(() => undefined)
  const database = await startSync()
  await database.feed(groupEvent('create', 23, 'nordlicht/team-23'), memberEvent('add', { user: 9 }))
  await run(database, runReconcile)
  const mapping = { mirror: [{ path: 'nordlicht/team-23', access: ['owner'] }] }
  const sync = await startSync({ mapping, database: database.database })
  const before = await directory.dump()
  const { lines } = await run(sync, runReconcile)
  assert.match(lines[0] ?? '', /^1 changes are held/)
  await sync.feed(memberEvent('add', { user: 10, access: 'Owner' }))
  assert.equal(await directory.dump(), before)
})

test('approving what events have touched does not accept the rest of a changed mapping', async () => {
  await directory.remove(groupDn).catch(() => undefined)
  const before = await startSync()
  await before.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  await before.feed(memberEvent('add', { user: 1 }), memberEvent('add', { user: 2 }))
  await run(before, runReconcile)
  const mapping = { mirror: [{ path: 'nordlicht/team-23', access: ['owner'] }] }
  const sync = await startSync({ mapping, database: before.database })
  await sync.feed(memberEvent('update', { user: 1, updated: 9 }))
  const { lines } = await run(sync, printHolds(undefined, {}))
  const [, hold, digest = ''] =
    /^(\d+) {2}1 changes {2}(\S+) .* the mapping has changed/.exec(lines[0] ?? '') ?? []
  assert.equal((await run(sync, runApprove(Number(hold), digest))).code, 0)
  assert.deepEqual(await members(), [personDn('user2')])
  assert.equal((await run(sync, runReconcile)).code, 1, 'nobody has seen that user2 leaves as well')
  assert.deepEqual(await members(), [personDn('user2')])
})

test('a reconciliation that finds no groups is held whatever the number', async () => {
  await directory.remove(groupDn).catch(() => undefined)
  const people = { base: peopleBase, ssh_keys: true }
  const sync = await startSync({ mapping: { people } })
  const key = { ...{ event_name: 'key_create', id: 4, username: 'user1', key: 'ssh-ed25519 first' } }
  await sync.feed(
    ...[groupEvent('create', 23, 'nordlicht/team-23'), memberEvent('add', { user: 1 })],
    ...[{ ...key, created_at: at(0), updated_at: at(0) }],
  )
  assert.equal((await run(sync, runReconcile)).code, 0)
  await sync.query('update ldap_sync.containers set container_id = 999')
  await sync.query('update ldap_sync.keys set destroyed = true')
  assert.equal((await run(sync, runReconcile)).code, 1)
  const { lines } = await run(sync, printHolds(undefined, {}))
  assert.match(lines[0] ?? '', /^\d+ {2}1 changes .* found no groups or no people$/)
  assert.deepEqual(await directory.values(personDn('user1'), 'sshPublicKey'), ['ssh-ed25519 first'])
  await directory.removeValue(personDn('user1'), 'sshPublicKey', 'ssh-ed25519 first')
  await directory.remove(groupDn)
})

test('a reconciliation that finds no people is held whatever the number', async () => {
  await directory.remove(groupDn).catch(() => undefined)
  // The overlay refint does not take deleted people out of a posixGroup.
  const groups = { base: groupBase, class: 'posixGroup', first_gid: 20_000 }
  const sync = await startSync({ mapping: { groups } })
  await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  await sync.feed(...numbers(3).map((user) => memberEvent('add', { user })))
  await run(sync, runReconcile)
  for (const user of numbers(10)) await directory.remove(personDn(`user${user}`))
  assert.equal((await run(sync, runReconcile)).code, 0, 'nobody is removed because of a deleted entry')
  await sync.query('update ldap_sync.memberships set step = 2 where user_id = 1')
  assert.equal((await run(sync, runReconcile)).code, 1)
  const { lines } = await run(sync, printHolds(undefined, {}))
  assert.match(lines[0] ?? '', /^\d+ {2}1 changes .* found no groups or no people$/)
  assert.deepEqual(await directory.values(groupDn, 'memberUid'), ['user1', 'user2', 'user3'])
})
