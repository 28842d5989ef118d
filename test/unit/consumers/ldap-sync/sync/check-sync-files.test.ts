import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkSyncFiles } from '../../../../../consumers/ldap-sync/sync/open-sync.ts'
import { ldapSyncVariables } from '../../../../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../../../../lib/config.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'

const check = async (t: TestContext, variables: Readonly<Record<string, string>>) => {
  const file = join(await temporaryFolder(t), 'mapping.yml')
  const mapping = {
    gitlab_reads_this_ldap: false,
    people: { base: 'ou=people,dc=example' },
    groups: { base: 'ou=groups,dc=example', placeholder: 'cn=nobody,dc=example' },
    mirror: [{ path: 'company/team' }],
  }
  await writeFile(file, JSON.stringify(mapping))
  const env = {
    LDAP_SYNC_URL: 'ldaps://ldap.example',
    LDAP_SYNC_BIND_DN: 'cn=bridge,dc=example',
    LDAP_SYNC_BIND_PASSWORD: 'a-password',
    LDAP_SYNC_MAPPING_FILE: file,
    LDAP_SYNC_DATABASE_URL: 'postgres://bridge@127.0.0.1/bridge',
    ...variables,
  }
  return () => checkSyncFiles(readVariables(ldapSyncVariables, env), false)
}

test('the password is not sent to another machine without encryption, unless it is allowed', async (t) => {
  const accepted: Readonly<Record<string, string>>[] = [
    { LDAP_SYNC_URL: 'ldaps://ldap.example' },
    { LDAP_SYNC_URL: 'ldap://ldap.example', LDAP_SYNC_START_TLS: 'true' },
    { LDAP_SYNC_URL: 'ldap://ldap.example', LDAP_SYNC_ALLOW_CLEAR_TEXT: 'true' },
    ...['127.0.0.1', '127.8.8.8', '[::1]', 'localhost'].map((host) => ({ LDAP_SYNC_URL: `ldap://${host}` })),
  ]
  for (const variables of accepted) assert.doesNotThrow(await check(t, variables), JSON.stringify(variables))
  for (const host of ['ldap.example', '10.0.0.1', '127.example', '128.0.0.1'])
    assert.throws(await check(t, { LDAP_SYNC_URL: `ldaps://ldap.example,ldap://${host}` }), {
      name: 'ConfigError',
      message: new RegExp(`without encryption to ldap://${host}`),
    })
})

test('a file of certificates without a certificate is refused before anything is connected', async (t) => {
  const file = join(await temporaryFolder(t), 'ca.pem')
  await writeFile(file, 'not a certificate')
  assert.throws(
    await check(t, { LDAP_SYNC_CA_FILE: file }),
    /LDAP_SYNC_CA_FILE.*no certificate in PEM format/s,
  )
  assert.throws(await check(t, { LDAP_SYNC_CA_FILE: `${file}.none` }), /LDAP_SYNC_CA_FILE/)
})
