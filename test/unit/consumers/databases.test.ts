import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { consumers } from '../../../consumers/index.ts'
import { databaseVariableOf } from '../../../lib/database-variable.ts'

test('a worker with tables has the variable for its role, migrations and rights; no other has one', () => {
  for (const { name, variables, database } of consumers) {
    assert.equal(databaseVariableOf(name) in variables.shape, database !== undefined, name)
    if (database === undefined) continue
    assert.ok(
      readdirSync(database.migrations).some((file) => file.endsWith('.sql')),
      name,
    )
    assert.ok(database.rights.length > 0, name)
  }
})

test('the rights of a worker change nothing but its own tables, and remove nothing', () => {
  for (const { name, database } of consumers)
    for (const right of database?.rights ?? []) {
      assert.match(right, new RegExp(`\\b${name.replaceAll('-', '_')}(\\.|$)`), right)
      assert.doesNotMatch(right, /\ball\b|truncate|create|with grant option/i, right)
    }
})
