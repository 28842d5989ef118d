import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'

const { directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela', 'cleo'])

const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = () => directory.values(groupDn, 'member')

test('whoever is a member in GitLab is a member of the LDAP group, until removed', async () => {
  const sync = await startSync()
  await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
  await sync.feed(memberEvent('add', { user: 1, username: 'anna' }))
  assert.deepEqual(await members(), [personDn('anna')])
  assert.deepEqual(await directory.values(personDn('anna'), 'memberOf'), [groupDn])

  await sync.feed(memberEvent('add', { user: 2, username: 'bela' }))
  await sync.feed(memberEvent('remove', { user: 1, username: 'anna' }))
  assert.deepEqual(await members(), [personDn('bela')])

  await sync.feed(memberEvent('remove', { user: 2, username: 'bela' }))
  assert.deepEqual(await members(), [placeholder], 'the placeholder replaces the last member')

  await sync.feed(memberEvent('add', { user: 3, username: 'cleo' }))
  assert.deepEqual(await members(), [personDn('cleo')], 'the placeholder leaves again')
})
