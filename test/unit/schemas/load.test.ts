import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RecordSchema } from '../../../schemas/avro-schema.ts'
import { inlinedSchema, parts, shapes, typeOfShape, wireSchema } from '../../../schemas/load.ts'

const typesIn = (node: unknown): object[] =>
  typeof node !== 'object' || node === null
    ? []
    : [...('fields' in node || 'symbols' in node ? [node] : []), ...Object.values(node).flatMap(typesIn)]
const count = (text: string, part: string) => text.split(part).length - 1

test('a part is written out where it is first used and only named afterwards, as Avro requires', () => {
  const text = wireSchema('merge_request')
  assert.equal(count(text, '"name":"User"'), 1)
  assert.ok(count(text, '"gitlab_bridge.User"') >= 1)
})

test('a part that only another part uses is written out too', () => {
  const text = wireSchema('push')
  assert.equal(count(text, '"name":"FactBasis"'), 1)
  assert.doesNotMatch(text, /"type":"gitlab_bridge\.(Delivery|FactBasis|Project)"/)
})

test('every type that is written out has the namespace, so that no name depends on its place', () => {
  for (const shape of shapes.keys())
    for (const type of typesIn(JSON.parse(wireSchema(shape))))
      assert.equal((type as RecordSchema).namespace, 'gitlab_bridge', shape)
})

test('writing out a schema changes neither the shape nor its parts', () => {
  const before = JSON.stringify([...shapes, ...parts])
  for (const shape of shapes.keys()) inlinedSchema(shape)
  assert.equal(JSON.stringify([...shapes, ...parts]), before)
})

test('the registered schema is always the same text, because another text is another version', () => {
  for (const shape of shapes.keys()) assert.equal(wireSchema(shape), wireSchema(shape))
})

test('the type of a shape is always the same instance, because resolvers belong to an instance', () => {
  assert.equal(typeOfShape('push'), typeOfShape('push'))
})

test('the error for a shape without a file names the file', () => {
  assert.throws(() => inlinedSchema('telepathy'), /schemas\/events\/telepathy\.avsc/)
})
