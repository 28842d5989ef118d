// Events arrive in any order. Of two facts about one thing, the same one counts whichever comes first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, groupEvent, instance, type Membership, memberEvent } from '../helpers/ldap/events.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'

const { startSync } = await openLdapTest()

type Body = Readonly<Record<string, unknown>>
interface Case {
  title: string
  older: Body
  newer: Body
  /** A table and a condition, and what one column of it holds in the end. */
  row: string
  holds: readonly [column: string, value: unknown]
}

/** Nothing mirrors this group, so that only the state is looked at. */
const group = 77
const members = (user: number) => `memberships where user_id = ${user}`
const member = (verb: 'add' | 'update' | 'remove', membership: Omit<Membership, 'group'>) =>
  memberEvent(verb, { group, ...membership })
const person = (verb: string, user_id: number, username: string, second: number, email: string | null) => ({
  ...{ event_name: `user_${verb}`, user_id, username, name: username, email },
  ...{ created_at: at(0), updated_at: at(second) },
})
const key = (verb: string) => ({
  ...{ event_name: `key_${verb}`, id: 4, username: 'user1', key: 'ssh-ed25519 first' },
  ...{ created_at: at(0), updated_at: at(0) },
})

const cases: readonly Case[] = [
  {
    title: 'a later membership counts, although the removal of the earlier one has a later update',
    older: member('remove', { user: 1, created: 1, updated: 90 }),
    newer: member('add', { user: 1, created: 50, updated: 50 }),
    row: members(1),
    holds: ['step', 0],
  },
  {
    title: 'of one membership the later update counts',
    older: member('update', { user: 2, created: 1, updated: 5, access: 'Guest' }),
    newer: member('update', { user: 2, created: 1, updated: 9, access: 'Owner' }),
    row: members(2),
    holds: ['access', 'owner'],
  },
  {
    title: 'an update counts more than an addition of the same time',
    older: member('add', { user: 3, access: 'Guest' }),
    newer: member('update', { user: 3, access: 'Owner' }),
    row: members(3),
    holds: ['access', 'owner'],
  },
  {
    title: 'a removal counts more than an update of the same time',
    older: member('update', { user: 4, access: 'Guest' }),
    newer: member('remove', { user: 4, access: 'Owner' }),
    row: members(4),
    holds: ['step', 2],
  },
  {
    title: 'a removal counts more than an addition of the same time',
    older: member('add', { user: 5, access: 'Guest' }),
    newer: member('remove', { user: 5, access: 'Owner' }),
    row: members(5),
    holds: ['step', 2],
  },
  {
    title: 'of two updates of one time the lower access counts',
    older: member('update', { user: 6, access: 'Owner' }),
    newer: member('update', { user: 6, access: 'Guest' }),
    row: members(6),
    holds: ['access', 'guest'],
  },
  {
    title: 'the newest path of a group counts',
    older: groupEvent('create', 31, 'other/first', { second: 1 }),
    newer: groupEvent('create', 31, 'other/and', { second: 5 }),
    row: 'containers where container_id = 31',
    holds: ['full_path', 'other/and'],
  },
  {
    title: 'a destroyed group stays destroyed',
    older: groupEvent('create', 32, 'other/gone', { second: 5 }),
    newer: groupEvent('destroy', 32, 'other/gone', { second: 5 }),
    row: 'containers where container_id = 32',
    holds: ['destroyed', true],
  },
  {
    title: 'a group that waits for its deletion is known as that, whatever else is said of an earlier time',
    older: groupEvent('create', 33, 'other/soon', { second: 1 }),
    newer: groupEvent('rename', 33, 'other/soon-deletion_scheduled-33', { second: 5, oldPath: 'other/soon' }),
    row: 'containers where container_id = 33 and deletion_scheduled_at > path_at',
    holds: ['full_path', 'other/soon'],
  },
  {
    title: 'the newest name of a user counts',
    older: person('create', 41, 'zoe', 1, null),
    newer: person('create', 41, 'anna', 5, null),
    row: 'people where user_id = 41',
    holds: ['username', 'anna'],
  },
  {
    title: 'the newest e-mail address of a user counts',
    older: person('create', 42, 'bela', 1, 'zoe@nordlicht.example'),
    newer: person('create', 42, 'bela', 5, 'bela@nordlicht.example'),
    row: 'people where user_id = 42',
    holds: ['email', 'bela@nordlicht.example'],
  },
  {
    title: 'an e-mail address that is not told replaces no other one',
    older: person('create', 43, 'cleo', 1, 'cleo@nordlicht.example'),
    newer: person('create', 43, 'cleo', 5, null),
    row: 'people where user_id = 43',
    holds: ['email', 'cleo@nordlicht.example'],
  },
  {
    title: 'a destroyed user stays destroyed',
    older: person('create', 44, 'dora', 5, null),
    newer: person('destroy', 44, 'dora', 5, null),
    row: 'people where user_id = 44',
    holds: ['destroyed', true],
  },
  {
    title: 'a deleted SSH key stays deleted',
    older: key('create'),
    newer: key('destroy'),
    row: 'keys where key_id = 4',
    holds: ['destroyed', true],
  },
]

const readValue = async (sync: RunningSync, { row, holds: [column] }: Case): Promise<unknown> =>
  (await sync.query(`select ${column} from ldap_sync.${row} and instance = '${instance}'`))[0]?.[column]

const orders = ['in order', 'in the other order'] as const
/** What the state holds in the end: the order → the case → the value. */
const found = new Map<string, ReadonlyMap<Case, unknown>>()
for (const order of orders) {
  const sync = await startSync()
  for (const { older, newer } of cases)
    for (const body of order === 'in order' ? [older, newer] : [newer, older]) await sync.feed(body)
  const values = await Promise.all(cases.map(async (each) => [each, await readValue(sync, each)] as const))
  found.set(order, new Map(values))
}

for (const order of orders)
  for (const each of cases)
    test(`${each.title} (told ${order})`, () => assert.equal(found.get(order)?.get(each), each.holds[1]))

test('the position never goes back, although records are handled twice', async () => {
  const sync = await startSync()
  await sync.feed(member('add', { user: 1 }), member('add', { user: 2 }))
  await sync.stop()
  const again = await startSync({ database: sync.database })
  await again.feed(member('add', { user: 1 }))
  assert.deepEqual(await again.query('select next_offset::integer from ldap_sync.positions'), [
    { next_offset: 2 },
  ])
})

test('a batch of which one fact cannot be stored leaves none of its facts behind', async () => {
  const sync = await startSync()
  const tooLate = { ...member('add', { user: 2 }), group_id: 2 ** 63 }
  await assert.rejects(sync.feed(member('add', { user: 1 }), tooLate))
  assert.deepEqual(await sync.query('select user_id from ldap_sync.memberships'), [])
})
