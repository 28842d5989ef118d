import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createRegistry } from '../../lib/avro/registry.ts'
import { PermanentError, RetriableError } from '../../lib/errors.ts'
import { schemaEdits, versionsOf } from '../helpers/records/schema-edits.ts'
import { openStack } from '../helpers/servers/stack.ts'

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

test('an unknown schema id is told apart from an answer that is not from a registry', async () => {
  for (const id of [2_000_000_000, -1]) await assert.rejects(registry.typeOf(id), PermanentError, String(id))
  const elsewhere = createRegistry({ SCHEMA_REGISTRY_URL: `${stack.schemaRegistryUrl}/elsewhere` }, 'test')
  await assert.rejects(elsewhere.typeOf(1), RetriableError)
})
