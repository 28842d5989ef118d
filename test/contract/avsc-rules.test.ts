import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileNormaliser } from '../../ingress/record/compile-normaliser.ts'
import {
  type AvroSchema,
  isIdentity,
  nullableOf,
  type RecordField,
  type RecordSchema,
} from '../../schemas/avro-schema.ts'
import { inlinedSchema, parts, shapes, typeOfShape, wireSchema } from '../../schemas/load.ts'

const files: [string, RecordSchema][] = [
  ...[...parts].map(([name, schema]): [string, RecordSchema] => [
    `parts/${name}.avsc`,
    schema as RecordSchema,
  ]),
  ...[...shapes].map(([name, schema]): [string, RecordSchema] => [`events/${name}.avsc`, schema]),
]

/**
 * Every named type and every field of a schema, with the path that leads there;
 * parts that are only named are not entered.
 */
const walk = (
  schema: AvroSchema,
  path: string,
  visit: { type?: (schema: Named, path: string) => void; field?: (field: RecordField, path: string) => void },
) => {
  if (typeof schema === 'string') return
  if (Array.isArray(schema)) return schema.forEach((branch) => void walk(branch, path, visit))
  if (schema.type === 'array') return walk(schema.items, path, visit)
  if (schema.type === 'map') return walk(schema.values, path, visit)
  if (schema.type !== 'record' && schema.type !== 'enum') return
  visit.type?.(schema as Named, path)
  if (schema.type !== 'record') return
  for (const field of schema.fields) {
    visit.field?.(field, `${path}.${field.name}`)
    walk(field.type, `${path}.${field.name}`, visit)
  }
}
type Named = RecordSchema | { type: 'enum'; name: string; doc?: string; symbols: string[]; default?: string }

const forEachField = (check: (field: RecordField, path: string) => void) => {
  let fields = 0
  for (const [file, schema] of files)
    walk(schema, file, {
      field: (field, path) => {
        fields++
        check(field, path)
      },
    })
  assert.ok(fields > 300, 'the walk must see the fields')
}
const kindOf = (type: AvroSchema) => (typeof type === 'object' && !Array.isArray(type) ? type.type : type)

test('every record, enum and field says what it is', () => {
  for (const [file, schema] of files)
    walk(schema, file, { type: ({ name, doc }, path) => assert.ok(doc, `${path} ${name}`) })
  forEachField(({ doc }, path) => assert.match(doc ?? '', /\S.*[.)…]$/s, path))
})

test('a union is null and one type, with null first and as the default', () => {
  forEachField(({ type, default: fallback }, path) => {
    if (!Array.isArray(type)) return
    assert.notEqual(nullableOf(type), undefined, path)
    assert.equal(fallback, null, path)
  })
})

test('a list or a map is empty by default, unless the event makes no sense without it', () => {
  forEachField((field, path) => {
    if (isIdentity(field)) return
    if (kindOf(field.type) === 'array') assert.deepEqual(field.default, [], path)
    if (kindOf(field.type) === 'map') assert.deepEqual(field.default, {}, path)
  })
})

test('an enum has a default among its symbols, so that old readers can read new symbols', () => {
  let enums = 0
  for (const [file, schema] of files)
    walk(schema, file, {
      type: (type, path) => {
        if (type.type !== 'enum') return
        enums++
        assert.ok(type.default !== undefined && type.symbols.includes(type.default), path)
      },
    })
  assert.ok(enums >= 2)
})

test('a field whose type is an enum of ours is optional, or has a default', () => {
  const enums = [...parts.values()]
    .filter((part) => kindOf(part) === 'enum')
    .map((part) => `gitlab_bridge.${(part as RecordSchema).name}`)
  forEachField((field, path) => {
    if (enums.includes(String(field.type))) assert.notEqual(field.default, undefined, path)
  })
})

test('an optional part has no required field, so it never sends a hook to the quarantine', () => {
  const check = (schema: AvroSchema, path: string, isRequired: boolean) => {
    if (typeof schema === 'string' || kindOf(schema) === 'enum') return
    if (Array.isArray(schema)) return schema.forEach((branch) => void check(branch, path, false))
    if (schema.type === 'array') return check(schema.items, path, false)
    if (schema.type === 'map') return check(schema.values, path, false)
    if (schema.type !== 'record') return
    for (const field of schema.fields) {
      assert.ok(isRequired || !isIdentity(field), `${path}.${field.name}`)
      check(field.type, `${path}.${field.name}`, isRequired && isIdentity(field))
    }
  }
  for (const shape of shapes.keys()) check(withAllPartsWritten(shape), shape, true)
})

/** A part that is named twice is written out at both places. */
const withAllPartsWritten = (shape: string): AvroSchema => {
  const byName = new Map(
    [...parts.values()].map((part) => [`gitlab_bridge.${(part as RecordSchema).name}`, part]),
  )
  const write = (node: AvroSchema): AvroSchema => {
    if (typeof node === 'string') {
      const part = byName.get(node)
      return part === undefined ? node : write(part)
    }
    if (Array.isArray(node)) return node.map(write)
    if (node.type === 'record')
      return { ...node, fields: node.fields.map((field) => ({ ...field, type: write(field.type) })) }
    if (node.type === 'array') return { ...node, items: write(node.items) }
    if (node.type === 'map') return { ...node, values: write(node.values) }
    return node
  }
  return write(shapes.get(shape) as RecordSchema)
}

test('a name is used once: no two types of one schema, and no two parts or shapes, share it', () => {
  const tops = files.map(([, { name }]) => name)
  assert.equal(new Set(tops).size, tops.length)
  for (const shape of shapes.keys()) {
    const seen: string[] = []
    walk(inlinedSchema(shape), shape, { type: ({ name }) => void seen.push(name) })
    assert.deepEqual(seen, [...new Set(seen)], shape)
  }
})

test('no two fields of a record have the same name', () => {
  for (const [file, schema] of files)
    walk(schema, file, {
      type: (type, path) => {
        if (type.type !== 'record') return
        const names = type.fields.map(({ name }) => name)
        assert.deepEqual(names, [...new Set(names)], path)
      },
    })
})

test('types are named in CamelCase, fields and files in snake_case, and all are in our namespace', () => {
  for (const [file, schema] of files) {
    assert.match(file, /^(parts|events)\/[a-z][a-z0-9_]*\.avsc$/)
    assert.equal(schema.namespace, 'gitlab_bridge', file)
    walk(schema, file, { type: ({ name }, path) => assert.match(name, /^[A-Z][A-Za-z0-9]*$/, path) })
  }
  forEachField(({ name }, path) => assert.match(name, /^[a-z][a-z0-9_]*$/, path))
})

test('from and coerce are the only attributes of a field that Avro does not know', () => {
  forEachField((field, path) => {
    for (const key of Object.keys(field))
      assert.ok(['name', 'type', 'doc', 'default', 'from', 'coerce'].includes(key), `${path}: ${key}`)
    for (const from of [field.from ?? []].flat())
      assert.match(from, /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/, path)
  })
})

test('the normaliser knows how to fill every field of every shape', () => {
  for (const shape of shapes.keys())
    assert.doesNotThrow(
      () => compileNormaliser(inlinedSchema(shape), ['delivery', 'raw', 'event_name', 'reason', 'detail']),
      shape,
    )
})

test('the registered schema does not say how a field is filled', () => {
  for (const shape of shapes.keys()) {
    const keys: string[] = []
    JSON.parse(wireSchema(shape), (key, value) => {
      keys.push(key)
      return value
    })
    for (const key of ['from', 'coerce']) assert.ok(!keys.includes(key), `${shape}: ${key}`)
    assert.ok(keys.includes('doc'), shape)
  }
})

test('delivery, project id and body have the same name and type in every event that has them', () => {
  for (const [shape, { fields }] of shapes) {
    assert.deepEqual([fields[0]?.name, fields[0]?.type], ['delivery', 'gitlab_bridge.Delivery'], shape)
    assert.deepEqual([fields.at(-1)?.name, fields.at(-1)?.type], ['raw', 'bytes'], shape)
    const projectId = fields.find(({ name }) => name === 'project_id')
    if (projectId !== undefined) assert.equal(nullableOf(projectId.type) ?? projectId.type, 'long', shape)
  }
})

test('every schema is valid Avro, and every default is valid for its field', () => {
  for (const shape of shapes.keys()) assert.doesNotThrow(() => typeOfShape(shape), shape)
})
