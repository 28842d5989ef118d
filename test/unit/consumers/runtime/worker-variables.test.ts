import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consumers } from '../../../../consumers/index.ts'
import { variablesOf, workerVariables } from '../../../../consumers/runtime/worker-variables.ts'
import { readVariables } from '../../../../lib/config.ts'
import { databaseVariableOf } from '../../../../lib/database-variable.ts'

test('a stall limit that is not above the time limit of an attempt is refused', () => {
  const tooLong = { CONSUMER_TIMEOUT_SECONDS: '120' }
  const tooShort = { CONSUMER_STALL_SECONDS: '10', CONSUMER_TIMEOUT_SECONDS: '10' }
  const servers = { KAFKA_BROKERS: 'localhost:9092', SCHEMA_REGISTRY_URL: 'http://localhost:8081' }
  const databaseUrls = consumers.map(({ name }) => [databaseVariableOf(name), 'postgres://localhost/none'])
  const database = Object.fromEntries(databaseUrls) as Record<string, string>
  const others = {
    LDAP_SYNC_URL: 'ldap://localhost',
    LDAP_SYNC_BIND_DN: 'cn=bridge',
    LDAP_SYNC_BIND_PASSWORD: 'none',
    LDAP_SYNC_MAPPING_FILE: 'none.yml',
    ROUTES_FILE: 'none.yml',
    REVIEWER_MENTIONS_FILE: 'none.yml',
  }
  for (const env of [tooLong, tooShort]) {
    const refused = {
      name: 'ConfigError',
      message: /^CONSUMER_STALL_SECONDS: must be more than CONSUMER_TIMEOUT_SECONDS/,
    }
    assert.throws(() => readVariables(workerVariables, env), refused)
    for (const consumer of consumers)
      assert.throws(
        () => readVariables(variablesOf(consumer), { ...servers, ...database, ...others, ...env }),
        refused,
      )
  }
  assert.equal(
    readVariables(workerVariables, { CONSUMER_TIMEOUT_SECONDS: '119' }).CONSUMER_STALL_SECONDS,
    120,
  )
})
