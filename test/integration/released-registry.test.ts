import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { PermanentError } from '../../lib/errors.ts'
import { createRegistry } from '../../lib/registry.ts'
import { schemaEdits, versionsOf } from '../helpers/schema-edits.ts'
import { openStack } from '../helpers/stack.ts'

const stack = await openStack('released')
const registry = createRegistry({ SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl }, 'test')
const run = randomBytes(3).toString('hex')

for (const [index, edit] of schemaEdits.entries()) {
  const isTaken = edit.sentence === null || edit.registryAccepts === true
  test(`the registry ${isTaken ? 'takes' : 'refuses'} a schema when ${edit.title}`, async () => {
    const subject = `released-${run}.${index}-value`
    const { older, newer } = versionsOf(edit)
    const id = await registry.register(subject, JSON.stringify(older))
    if (isTaken) return assert.notEqual(await registry.register(subject, JSON.stringify(newer)), id)
    await assert.rejects(registry.register(subject, JSON.stringify(newer)), PermanentError)
  })
}
