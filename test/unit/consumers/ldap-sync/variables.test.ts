import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ldapSyncVariables } from '../../../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../../../lib/config.ts'

test('without a word from the operator, changes are only proposed', () => {
  const settings = readVariables(ldapSyncVariables, {
    LDAP_SYNC_URL: 'ldaps://ldap.example',
    LDAP_SYNC_BIND_DN: 'cn=bridge,dc=example',
    LDAP_SYNC_BIND_PASSWORD: 'a-password',
    LDAP_SYNC_MAPPING_FILE: 'mapping.yaml',
    LDAP_SYNC_DATABASE_URL: 'postgres://bridge@127.0.0.1/bridge',
  })
  assert.equal(settings.LDAP_SYNC_MODE, 'propose')
})
