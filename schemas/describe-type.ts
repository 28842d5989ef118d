import { type AvroSchema, nullableOf } from './avro-schema.ts'
import { fullNameOf } from './named-types.ts'

/** A type in words, for sentences about it: `long (timestamp-millis) or null`, `list of string`. */
export const describeType = (schema: AvroSchema): string => {
  const inner = nullableOf(schema)
  if (inner !== undefined) return `${describeType(inner)} or null`
  if (Array.isArray(schema)) return schema.map(describeType).join(' or ')
  if (typeof schema === 'object' && schema.type === 'array') return `list of ${describeType(schema.items)}`
  if (typeof schema === 'object' && schema.type === 'map') return `map of ${describeType(schema.values)}`
  return branchName(schema)
}

/** What distinguishes one branch of a union from the other branches. */
export const branchName = (schema: AvroSchema): string => {
  if (typeof schema === 'string' || Array.isArray(schema)) return String(schema)
  if (schema.type === 'record' || schema.type === 'enum') return fullNameOf(schema)
  return 'logicalType' in schema ? `${schema.type} (${schema.logicalType})` : schema.type
}
