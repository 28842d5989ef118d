import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readMapping } from '../../../../../consumers/ldap-sync/mapping/read-mapping.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'

const mapping = {
  people: { base: 'ou=people,dc=example' },
  groups: { base: 'ou=groups,dc=example', placeholder: 'cn=nobody,dc=example' },
  mirror: [{ path: 'company/team' }],
}

test('without a token, the mapping must say whether GitLab reads this LDAP server', async (t) => {
  const file = join(await temporaryFolder(t), 'mapping.yml')
  await writeFile(file, JSON.stringify(mapping))
  assert.throws(() => readMapping(file, false), /gitlab_reads_this_ldap: is missing/)
  assert.equal(readMapping(file, true).mapping.gitlab_reads_this_ldap, undefined)
  for (const gitlab_reads_this_ldap of [true, false]) {
    await writeFile(file, JSON.stringify({ ...mapping, gitlab_reads_this_ldap }))
    assert.equal(readMapping(file, false).mapping.gitlab_reads_this_ldap, gitlab_reads_this_ldap)
  }
})

test('identities of GitLab need a token', async (t) => {
  const file = join(await temporaryFolder(t), 'mapping.yml')
  const people = { ...mapping.people, match: { by: 'identity', provider: 'ldapmain' } }
  await writeFile(file, JSON.stringify({ ...mapping, people, gitlab_reads_this_ldap: false }))
  assert.throws(() => readMapping(file, false), /people.match.by: identity needs a token/)
  assert.equal(readMapping(file, true).mapping.people.match.by, 'identity')
})

test('nothing is mirrored that the mapping does not list', async (t) => {
  const file = join(await temporaryFolder(t), 'mapping.yml')
  await writeFile(file, JSON.stringify({ ...mapping, mirror: [] }))
  assert.throws(() => readMapping(file, true), /mirror: is empty/)
})
