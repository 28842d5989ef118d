import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  allowedLicences,
  type Lockfile,
  licencesPage,
  thirdParties,
} from '../../../scripts/licences/third-party.ts'

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')
const locked = JSON.parse(read('package-lock.json')) as Lockfile

test('THIRD_PARTY_LICENSES.md lists what is locked now: npm run licences', () => {
  assert.equal(read('THIRD_PARTY_LICENSES.md'), licencesPage(thirdParties(locked)))
})

test('every package that is installed with the bridge has a licence that is allowed', () => {
  const parties = thirdParties(locked)
  assert.ok(parties.length > 100, `${parties.length} packages were found`)
  assert.deepEqual(
    parties.filter(({ licence }) => !allowedLicences.has(licence)),
    [],
  )
})

test('every dependency of package.json is in the list', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const page = read('THIRD_PARTY_LICENSES.md')
  for (const [name, version] of Object.entries(dependencies))
    assert.ok(page.includes(`\n| ${name} | ${version} | `), name)
})

test('a licence that is not allowed, and one that is not known, are found', () => {
  const packages = {
    '': { version: '1.0.0', license: 'MIT' },
    'node_modules/free': { version: '1.0.0', license: 'ISC' },
    'node_modules/free/node_modules/strict': { version: '2.0.0', license: 'AGPL-3.0-only' },
    'node_modules/silent': { version: '3.0.0' },
    'node_modules/tool': { version: '4.0.0', license: 'AGPL-3.0-only', dev: true },
  }
  const refused = thirdParties({ packages }).filter(({ licence }) => !allowedLicences.has(licence))
  assert.deepEqual(
    refused.map(({ name, licence }) => `${name}: ${licence}`),
    ['silent: not known', 'strict: AGPL-3.0-only'],
  )
})
