import { type AvroSchema, nullableOf, type RecordSchema } from '../../schemas/avro-schema.ts'
import { definitionOf, namedTypesIn } from '../../schemas/named-types.ts'

/** The types along a dotted path, outermost first. `name[]` stands for the items of a list. */
const typesAlong = (schema: RecordSchema, path: string): { path: string; type: AvroSchema }[] => {
  const named = namedTypesIn(schema)
  const steps: { path: string; type: AvroSchema }[] = []
  let record: AvroSchema | undefined = schema
  for (const step of path.split('.')) {
    if (typeof record !== 'object' || Array.isArray(record) || record.type !== 'record') break
    const type: AvroSchema | undefined = record.fields.find(
      ({ name }) => name === step.replace('[]', ''),
    )?.type
    if (type === undefined) break
    steps.push({ path: [steps.at(-1)?.path, step].filter(Boolean).join('.'), type })
    const inner: AvroSchema = nullableOf(type) ?? type
    const item: AvroSchema =
      typeof inner === 'object' && !Array.isArray(inner) && inner.type === 'array' ? inner.items : inner
    record = definitionOf(item, named)
  }
  return steps
}

/** Whether the field at the end of the path can be null. */
export const isNullable = (schema: RecordSchema, path: string): boolean => {
  const last = typesAlong(schema, path).at(-1)
  return last !== undefined && nullableOf(last.type) !== undefined
}

export const isTime = (schema: RecordSchema, path: string): boolean =>
  JSON.stringify(typesAlong(schema, path).at(-1)?.type ?? '').includes('timestamp-millis')

export const isRecord = (schema: RecordSchema, path: string): boolean => {
  const type = typesAlong(schema, path).at(-1)?.type ?? 'null'
  const inner = nullableOf(type) ?? type
  const definition = definitionOf(inner, namedTypesIn(schema))
  return typeof definition === 'object' && 'type' in definition && definition.type === 'record'
}

/** The path of the map that contains the field, if there is one. The keys of a map are data, not fields. */
export const mapAbove = (schema: RecordSchema, path: string): string | undefined =>
  typesAlong(schema, path).find(
    ({ type }) => typeof type === 'object' && 'type' in type && type.type === 'map',
  )?.path
