import type { AvroSchema, EnumSchema, RecordSchema } from './avro-schema.ts'

type NamedSchema = RecordSchema | EnumSchema

/** The types that a schema defines, by their full names. */
export type NamedTypes = ReadonlyMap<string, NamedSchema>

export const fullNameOf = ({ namespace, name }: NamedSchema): string =>
  namespace === undefined ? name : `${namespace}.${name}`

export const namedTypesIn = (schema: AvroSchema, found = new Map<string, NamedSchema>()): NamedTypes => {
  if (typeof schema === 'string') return found
  if (Array.isArray(schema)) for (const branch of schema) namedTypesIn(branch, found)
  else if (schema.type === 'array') namedTypesIn(schema.items, found)
  else if (schema.type === 'map') namedTypesIn(schema.values, found)
  else if (schema.type === 'enum') found.set(fullNameOf(schema), schema)
  else if (schema.type === 'record') {
    found.set(fullNameOf(schema), schema)
    for (const field of schema.fields) namedTypesIn(field.type, found)
  }
  return found
}

/** The definition of a type that is given by its name. Every other schema is returned as it is. */
export const definitionOf = (schema: AvroSchema, names: NamedTypes): AvroSchema =>
  typeof schema === 'string' ? (names.get(schema) ?? schema) : schema
