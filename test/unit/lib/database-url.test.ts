import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { databaseUrl, readVariables } from '../../../lib/config.ts'
import { readDatabaseUrl } from '../../../lib/database-url.ts'

const folder = mkdtempSync(join(tmpdir(), 'bridge-test-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'authority.pem')
writeFileSync(file, 'the authority')

const server = 'postgres://owner:p%23w@db.example.com/bridge'

test('a URL without parameters of TLS is left as it is', () => {
  for (const url of [server, `${server}?application_name=x`])
    assert.deepEqual(readDatabaseUrl(url), { connectionString: url })
})

test('the parameters of TLS are taken out of the URL, all others stay', () => {
  const { connectionString, ssl } = readDatabaseUrl(`${server}?sslmode=disable&options=-c%20a=b`)
  assert.equal(new URL(connectionString).search, '?options=-c+a%3Db')
  assert.equal(ssl, false)
})

test('the certificate is verified as far as the mode says', () => {
  const verifies = (parameters: string) => {
    const { ssl } = readDatabaseUrl(`${server}?${parameters}`)
    assert.ok(ssl)
    if (ssl.rejectUnauthorized === false) return 'nothing'
    return ssl.checkServerIdentity === undefined ? 'authority and host' : 'authority'
  }
  assert.equal(verifies('sslmode=require'), 'nothing')
  assert.equal(verifies('sslmode=no-verify'), 'nothing')
  assert.equal(verifies(`sslmode=require&sslrootcert=${file}`), 'authority')
  assert.equal(verifies(`sslmode=verify-ca&sslrootcert=${file}`), 'authority')
  assert.equal(verifies(`sslmode=verify-full&sslrootcert=${file}`), 'authority and host')
  assert.equal(verifies('sslmode=verify-full'), 'authority and host')
  assert.equal(verifies('sslrootcert=system'), 'authority and host')
})

test('a parameter that cannot be used is named with the variable, and no password is shown', () => {
  const variables = z.object({ DATABASE_URL: databaseUrl() })
  const refused: Record<string, RegExp> = {
    'sslmode=sometimes': /sslmode must be disable, require, verify-ca or verify-full/,
    'sslmode=prefer': /sslmode=prefer is not supported, because it may connect without encryption/,
    'sslmode=verify-ca': /sslmode=verify-ca needs sslrootcert/,
    'sslmode=require&sslrootcert=system': /sslrootcert=system needs sslmode=verify-full/,
    'sslmode=verify-full&sslrootcert=/nowhere/ca.pem': /sslrootcert: cannot read \/nowhere\/ca\.pem/,
    [`sslmode=require&sslcert=${file}`]: /sslcert and sslkey belong together/,
    'sslmode=require&sslcrl=x': /the parameter sslcrl is not supported/,
    'ssl=true': /use sslmode/,
  }
  for (const [parameters, problem] of Object.entries(refused))
    assert.throws(
      () => readVariables(variables, { DATABASE_URL: `${server}?${parameters}` }),
      (error: Error) => {
        assert.equal(error.name, 'ConfigError')
        assert.match(error.message, /DATABASE_URL/)
        assert.match(error.message, problem)
        assert.doesNotMatch(error.message, /p%23w|p#w/)
        return true
      },
    )
})
