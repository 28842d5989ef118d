import type { AvroSchema, RecordSchema } from './avro-schema.ts'
import type { Breach } from './breach.ts'
import { type NamedTypes, namedTypesIn, resolved } from './named-types.ts'

/** Defaults that are none by Avro's rules: the registry refuses them, and avsc does without naming the field. */
export const misfitDefaults = (schema: RecordSchema): Breach[] => {
  const names = namedTypesIn(schema)
  const records = [...names.values()].filter((named) => named.type === 'record')
  return records.flatMap((record) =>
    record.fields
      .filter(({ type, default: fallback }) => fallback !== undefined && !fits(type, fallback, names))
      .map(({ name, default: fallback }) => ({
        field: record === schema ? name : `${record.name}.${name}`,
        problem: `has the default ${JSON.stringify(fallback)}, which its type does not allow`,
      })),
  )
}

/** The default of a union belongs to its first branch; that of a record must name what has none of its own. */
const fits = (type: AvroSchema, value: unknown, names: NamedTypes): boolean => {
  const schema = resolved(type, names)
  if (Array.isArray(schema)) return schema[0] !== undefined && fits(schema[0], value, names)
  if (typeof schema === 'string') return primitives[schema]?.(value) === true
  if (schema.type === 'enum') return schema.symbols.includes(value as string)
  if (schema.type === 'array')
    return Array.isArray(value) && value.every((item) => fits(schema.items, item, names))
  if ('logicalType' in schema) return fits(schema.type, value, names)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (schema.type === 'map') return Object.values(value).every((member) => fits(schema.values, member, names))
  const members = value as Record<string, unknown>
  return schema.fields.every((field) =>
    fits(field.type, Object.hasOwn(members, field.name) ? members[field.name] : field.default, names),
  )
}

const isNumber = (value: unknown) => typeof value === 'number'
const isText = (value: unknown) => typeof value === 'string'

const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  string: isText,
  bytes: isText,
  int: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  long: Number.isSafeInteger,
  float: isNumber,
  double: isNumber,
}
