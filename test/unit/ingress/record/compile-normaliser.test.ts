import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileNormaliser } from '../../../../ingress/record/compile-normaliser.ts'
import type { RecordField, RecordSchema } from '../../../../schemas/avro-schema.ts'

const schemaOf = (...fields: RecordField[]): RecordSchema => ({
  type: 'record',
  name: 'Sample',
  namespace: 'test',
  fields,
})
const optional = (
  name: string,
  type: RecordField['type'],
  others: Partial<RecordField> = {},
): RecordField => ({
  name,
  type: ['null', type],
  default: null,
  ...others,
})
const compile = (fields: RecordField[], given: string[] = []) => {
  const normalise = compileNormaliser(schemaOf(...fields), given)
  return (body: Record<string, unknown>, values: Record<string, unknown> = {}) => {
    const problems = { faults: [] as string[], missing: [] as string[] }
    return { record: normalise(body, problems, values), ...problems }
  }
}
const person: RecordSchema = {
  type: 'record',
  name: 'Person',
  namespace: 'test',
  fields: [{ name: 'id', type: 'long' }, optional('name', 'string')],
}

test('fields are read by their name and their type; fields that are not in the schema are left out', () => {
  const read = compile([
    optional('id', 'long'),
    optional('at', { type: 'long', logicalType: 'timestamp-millis' }),
  ])
  assert.deepEqual(read({ id: '7', at: '1970-01-01T00:00:01Z', other: 1 }).record, { id: 7, at: 1000 })
})

test('an absent nullable field is null', () => {
  assert.deepEqual(compile([optional('id', 'long')])({}), { record: { id: null }, faults: [], missing: [] })
})

test('an absent or unreadable field that has neither null nor a default is missing', () => {
  const read = compile([
    { name: 'id', type: 'long' },
    { name: 'ref', type: 'string' },
  ])
  assert.deepEqual(read({ ref: 'x' }).missing, ['id'])
  assert.deepEqual(read({ id: 1.5 }).missing, ['id', 'ref'])
  assert.deepEqual(read({ id: 0, ref: '' }).missing, [])
})

test('false, zero and an empty text are values, not absent ones', () => {
  const read = compile([
    { name: 'flag', type: 'boolean', default: true },
    { name: 'count', type: 'long', default: 5 },
    { name: 'text', type: 'string', default: 'x' },
  ])
  assert.deepEqual(read({ flag: false, count: 0, text: '' }).record, { flag: false, count: 0, text: '' })
  assert.deepEqual(read({}).record, { flag: true, count: 5, text: 'x' })
})

test('`from` names several places; the first one that is present is read', () => {
  const read = compile([optional('project_id', 'long', { from: ['project_id', 'project.id', 'a.b.c'] })])
  assert.equal(read({ project_id: 1, project: { id: 2 } }).record.project_id, 1)
  assert.equal(read({ project_id: null, project: { id: 2 } }).record.project_id, 2)
  assert.equal(read({ a: { b: { c: 3 } } }).record.project_id, 3)
  assert.equal(read({ project_id: 0, project: { id: 2 } }).record.project_id, 0)
})

test('a path through an absent value, or through one that is not an object, gives null', () => {
  const read = compile([optional('project_id', 'long', { from: ['project.id', 'a.b.c'] })])
  for (const body of [
    {},
    { project: null },
    { project: 'x', a: { b: null } },
    { project: 7, a: [] },
    { a: { b: 'c' } },
  ])
    assert.deepEqual(
      read(body),
      { record: { project_id: null }, faults: [], missing: [] },
      JSON.stringify(body),
    )
})

test('`coerce` replaces the coercion of the type', () => {
  const read = compile([
    optional('user_email', 'string', { coerce: 'email' }),
    optional('open', 'string', { coerce: 'json' }),
  ])
  assert.deepEqual(read({ user_email: '[REDACTED]', open: { a: 1 } }).record, {
    user_email: null,
    open: '{"a":1}',
  })
})

test('an unreadable value in nested records and lists is reported with its whole path', () => {
  const read = compile([
    optional('project', { type: 'record', name: 'Outer', fields: [optional('owner', person)] }),
    { name: 'people', type: { type: 'array', items: person }, default: [] },
  ])
  const { record, faults } = read({
    project: { owner: { id: 1, name: 7 } },
    people: [{ id: 1 }, 'nobody', { id: 2, name: [] }],
  })
  assert.deepEqual(faults, ['project.owner.name', 'people.1', 'people.2.name'])
  assert.deepEqual(record.people, [
    { id: 1, name: null },
    { id: 2, name: null },
  ])
})

test('a missing field in a nested record is reported with its whole path, too', () => {
  const read = compile([
    { name: 'outer', type: { type: 'record', name: 'Outer', fields: [{ name: 'inner', type: person }] } },
  ])
  assert.deepEqual(read({ outer: { inner: { name: 'x' } } }).missing, ['outer.inner.id'])
  assert.deepEqual(read({ outer: {} }).missing, ['outer.inner'])
  assert.deepEqual(read({}).missing, ['outer'])
})

test('a value that should be an object and is not becomes null, with a fault', () => {
  const read = compile([optional('user', person)])
  for (const user of ['root', 1, true, [], [{ id: 1 }]])
    assert.deepEqual(
      read({ user }),
      { record: { user: null }, faults: ['user'], missing: [] },
      JSON.stringify(user),
    )
})

test('a value that should be a list and is not becomes the default, with a fault', () => {
  const read = compile([{ name: 'refs', type: { type: 'array', items: 'string' }, default: [] }])
  assert.deepEqual(read({ refs: 'refs/heads/main' }), { record: { refs: [] }, faults: ['refs'], missing: [] })
  assert.deepEqual(read({ refs: ['a', null, 7, 'b'] }), {
    record: { refs: ['a', 'b'] },
    faults: ['refs.2'],
    missing: [],
  })
})

test('every record has its own copy of a default', () => {
  const read = compile([
    { name: 'list', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'map', type: { type: 'map', values: 'string' }, default: {}, coerce: 'json_map' },
  ])
  const record = read({}).record as { list: string[]; map: Record<string, string> }
  record.list.push('x')
  record.map.y = 'x'
  assert.deepEqual(read({}).record, { list: [], map: {} })
})

test('given fields never come from the body', () => {
  const read = compile([{ name: 'raw', type: 'string' }, optional('reason', 'string')], ['raw', 'reason'])
  assert.deepEqual(
    read({ raw: 'from the body', reason: 'from the body' }, { raw: 'ours', reason: null }).record,
    {
      raw: 'ours',
      reason: null,
    },
  )
})

test('only top-level fields can be given: in nested records the same name is read from the body', () => {
  const inner: RecordSchema = { type: 'record', name: 'Inner', fields: [optional('raw', 'string')] }
  const read = compile([{ name: 'raw', type: 'string' }, optional('inner', inner)], ['raw'])
  assert.deepEqual(read({ inner: { raw: 'theirs' } }, { raw: 'ours' }).record, {
    raw: 'ours',
    inner: { raw: 'theirs' },
  })
})

test('a record type that is used a second time, by its name, is read like the first time', () => {
  const read = compile([optional('author', person), optional('reviewer', 'test.Person')])
  assert.deepEqual(read({ author: { id: 1 }, reviewer: { id: 2, name: 'x' } }).record, {
    author: { id: 1, name: null },
    reviewer: { id: 2, name: 'x' },
  })
})

test('a hostile __proto__ in the body is neither read nor written', () => {
  const read = compile([
    optional('id', 'long'),
    optional('user', person),
    { name: 'map', type: { type: 'map', values: 'string' }, default: {}, coerce: 'json_map' },
  ])
  const { record, faults } = read(
    JSON.parse('{"__proto__":{"id":7,"user":{"id":1}},"map":{"__proto__":{"x":1}}}'),
  )
  assert.deepEqual([record.id, record.user, faults], [null, null, []])
  assert.equal(Object.getPrototypeOf(record), Object.prototype)
  assert.deepEqual(Object.keys(record.map as object), ['__proto__'])
  assert.equal(({} as { x?: unknown }).x, undefined)
})

test('an unknown coercion or type is an error when the schema is compiled', () => {
  assert.throws(() => compile([optional('id', 'long', { coerce: 'telepathy' })]), /Sample.*telepathy/)
  assert.throws(() => compile([optional('id', 'test.Nowhere')]), /no coercion/)
})

test('of several places the first readable one is used; it is a fault only if there is none', () => {
  const read = compile([
    optional('project_id', 'long', { from: ['project_id', 'project.id', 'object.project_id'] }),
  ])
  assert.deepEqual(read({ project_id: 'kran', project: { id: 77 } }), {
    record: { project_id: 77 },
    faults: [],
    missing: [],
  })
  assert.deepEqual(read({ project_id: 'kran', object: { project_id: {} } }).faults, ['project_id'])
  assert.equal(read({ project_id: null, object: { project_id: '5' } }).record.project_id, 5)
})

test('an absent list is made from the single item at another place; an empty list stays empty', () => {
  const read = compile([
    { name: 'ids', type: { type: 'array', items: 'long' }, default: [], from: ['ids', 'id', 'person.id'] },
    { name: 'people', type: { type: 'array', items: person }, default: [], from: ['people', 'person'] },
  ])
  assert.deepEqual(read({ id: 4, person: { id: 5, name: 'Jan' } }).record, {
    ids: [4],
    people: [{ id: 5, name: 'Jan' }],
  })
  assert.deepEqual(read({ ids: [], id: 4, people: [], person: { id: 5 } }).record, { ids: [], people: [] })
  assert.deepEqual(read({}).record, { ids: [], people: [] })
  assert.deepEqual(read({ person: { id: 5 } }).record.ids, [5])
})
