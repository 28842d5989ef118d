import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { raise } from '../../consumers/ldap-sync/operate/raise.ts'
import { RetriableError } from '../../lib/errors.ts'
import { createSeededRandom, type SeededRandom } from '../helpers/faults/seeded-random.ts'
import { groupEvent, memberEvent, recordOf } from '../helpers/ldap/events.ts'
import { type LdapProxy, startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'
import { eventually } from '../helpers/process/eventually.ts'

const { server, directory, startSync } = await openLdapTest()
const userCount = 500
const groupCount = 50
await directory.addPeople(Array.from({ length: userCount }, (_, index) => `user${index + 1}`))

const dnOf = (group: number) => `cn=nordlicht-team-${group},${groupBase}`
const raised = (sync: RunningSync) =>
  withOperator(sync, (operator) => raise(operator, { removals: 9999, additions: 9999, forMs: 3_600_000 }))
const clean = async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
}

/** A history, in the order in which it happened, and who is a member in the end. */
const makeHistory = (eventCount: number, { below }: SeededRandom) => {
  const members = new Map<string, { created: number; access: string }>()
  const events: Parameters<typeof recordOf>[0][] = []
  for (let second = 1; second <= eventCount; second += 1) {
    const [user, group] = [below(userCount) + 1, below(groupCount) + 1]
    const known = members.get(`${group} ${user}`)
    const access = ['Guest', 'Developer', 'Maintainer'][below(3)] ?? 'Guest'
    if (known === undefined) {
      members.set(`${group} ${user}`, { created: second, access })
      events.push(memberEvent('add', { user, group, access, created: second }))
    } else if (below(2) === 0) {
      members.set(`${group} ${user}`, { created: known.created, access })
      events.push(memberEvent('update', { user, group, access, created: known.created, updated: second }))
    } else {
      // A removal has the times of the row of the membership, not its own.
      members.delete(`${group} ${user}`)
      const times = { created: known.created, updated: second }
      events.push(memberEvent('remove', { user, group, access: known.access, ...times }))
    }
  }
  const expected = new Map<number, string[]>()
  for (const [key, { access }] of members) {
    if (access === 'Guest') continue
    const [group = 0, user = 0] = key.split(' ').map(Number)
    expected.set(group, [...(expected.get(group) ?? []), personDn(`user${user}`)].sort())
  }
  return { events, expected }
}

const shuffled = <T>(items: readonly T[], { below }: SeededRandom): T[] =>
  items
    .map((item) => ({ item, place: below(1e9) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)

test('5,000 shuffled events end in the directory of the model, with the server killed 3 times', async () => {
  const random = createSeededRandom(20261130)
  const { events, expected } = makeHistory(5000, random)
  const groups = Array.from({ length: groupCount }, (_, index) => index + 1)
  const creations = groups.map((group) => groupEvent('create', group, `nordlicht/team-${group}`))
  const access = ['developer', 'maintainer', 'owner']
  const mapping = { mirror: groups.map((group) => ({ path: `nordlicht/team-${group}`, access })) }
  const handMade = `cn=hand-made,${groupBase}`
  await directory.add(handMade, { objectClass: 'groupOfNames', cn: 'hand-made', member: personDn('user1') })
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ mapping, env: { LDAP_SYNC_URL: proxy.url } })
  await raised(sync)

  const records = await Promise.all(shuffled([...creations, ...events], random).map(recordOf))
  const batches = Array.from({ length: Math.ceil(records.length / 250) }, (_, index) =>
    records.slice(index * 250, index * 250 + 250),
  )
  const early = batches.slice(0, 10).flat()
  const first = early.find((record) => record.eventType === 'group_create')?.group_id ?? 0
  let outages = 0
  for (const [index, batch] of batches.entries()) {
    const killing = index % 6 === 3 ? killAtWrite(proxy) : undefined
    for (;;) {
      try {
        await sync.feedRecords(batch)
        break
      } catch (error) {
        assert.ok(error instanceof RetriableError, String(error))
        outages += 1
        await killing
        await server.start()
      }
    }
    if (index === 10)
      await directory.addValue(dnOf(first), 'member', placeholder.replace('nobody', 'by-hand'))
  }
  assert.equal(outages, 3, 'the worker has met a killed server three times')
  for (const group of groups) {
    const hand = group === first ? [placeholder.replace('nobody', 'by-hand')] : []
    const wanted = [...(expected.get(group) ?? []), ...hand].sort()
    assert.deepEqual(await directory.values(dnOf(group), 'member'), wanted, `group ${group}`)
  }
  assert.deepEqual(await directory.values(handMade, 'member'), [personDn('user1')])
  await clean()
})

/** Kills the server right after the next request that changes the directory. */
const killAtWrite = async (proxy: LdapProxy) => {
  const before = proxy.writes()
  await eventually(() => assert.ok(proxy.writes() > before))
  await server.kill()
}

test('every order of the same events ends in the same directory', async () => {
  const steps = [
    groupEvent('create', 1, 'nordlicht/team-1'),
    memberEvent('add', { user: 1, group: 1, created: 1 }),
    memberEvent('remove', { user: 1, group: 1, created: 1 }),
    memberEvent('add', { user: 1, group: 1, created: 9 }),
    memberEvent('add', { user: 2, group: 1, created: 2 }),
    memberEvent('update', { user: 2, group: 1, access: 'Guest', created: 2, updated: 5 }),
    memberEvent('update', { user: 2, group: 1, access: 'Owner', created: 2, updated: 5 }),
    memberEvent('add', { user: 3, group: 1, created: 3 }),
    memberEvent('update', { user: 3, group: 1, access: 'Maintainer', created: 3, updated: 3 }),
    memberEvent('remove', { user: 3, group: 1, created: 3, updated: 3 }),
    groupEvent('rename', 1, 'nordlicht/team-one', { second: 20, oldPath: 'nordlicht/team-1' }),
  ]
  const mapping = {
    mirror: [{ path: 'nordlicht/team-1', id: 1, access: ['developer', 'maintainer', 'owner'] }],
  }
  const order = fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length })
  await fc.assert(
    fc.asyncProperty(order, fc.integer({ min: 1, max: 4 }), async (events, batchSize) => {
      await clean()
      const sync = await startSync({ mapping })
      await raised(sync)
      for (let at = 0; at < events.length; at += batchSize)
        await sync.feed(...events.slice(at, at + batchSize))
      await sync.stop()
      const group = `cn=nordlicht-team-one,${groupBase}`
      assert.deepEqual(await directory.below(groupBase), [group])
      assert.deepEqual(await directory.values(group, 'member'), [personDn('user1')])
    }),
    { numRuns: 8 },
  )
})
