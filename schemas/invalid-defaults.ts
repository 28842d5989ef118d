import type { AvroSchema, RecordSchema } from './avro-schema.ts'
import type { Incompatibility } from './incompatibility.ts'
import { definitionOf, type NamedTypes, namedTypesIn } from './named-types.ts'

/**
 * Finds defaults that Avro does not allow for the type of their field.
 * The registry refuses such a schema, and so does avsc, but avsc does not name the field.
 */
export const findInvalidDefaults = (schema: RecordSchema): Incompatibility[] => {
  const names = namedTypesIn(schema)
  const records = [...names.values()].filter((named) => named.type === 'record')
  return records.flatMap((record) =>
    record.fields
      .filter(({ type, default: value }) => value !== undefined && !isValidDefault(type, value, names))
      .map(({ name, default: value }) => ({
        field: record === schema ? name : `${record.name}.${name}`,
        problem: `has the default ${JSON.stringify(value)}, which its type does not allow`,
      })),
  )
}

const isValidDefault = (type: AvroSchema, value: unknown, names: NamedTypes): boolean => {
  const schema = definitionOf(type, names)
  // Avro: the default of a union must belong to its first branch.
  if (Array.isArray(schema)) return schema[0] !== undefined && isValidDefault(schema[0], value, names)
  if (typeof schema === 'string') return primitives[schema]?.(value) === true
  if (schema.type === 'enum') return schema.symbols.includes(value as string)
  if (schema.type === 'array')
    return Array.isArray(value) && value.every((item) => isValidDefault(schema.items, item, names))
  if ('logicalType' in schema) return isValidDefault(schema.type, value, names)

  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const members = value as Record<string, unknown>
  if (schema.type === 'map')
    return Object.values(members).every((member) => isValidDefault(schema.values, member, names))
  // Avro: the default of a record must give every field that has no default of its own.
  return schema.fields.every(({ name, type: fieldType, default: fallback }) =>
    isValidDefault(fieldType, Object.hasOwn(members, name) ? members[name] : fallback, names),
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
