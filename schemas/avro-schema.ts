/** An Avro schema as JSON, as far as our .avsc files go. */
export type AvroSchema =
  | string
  | AvroSchema[]
  | RecordSchema
  | EnumSchema
  | ArraySchema
  | MapSchema
  | LogicalSchema

export interface RecordSchema {
  type: 'record'
  name: string
  namespace?: string
  doc?: string
  fields: RecordField[]
}

export interface RecordField {
  name: string
  type: AvroSchema
  doc?: string
  default?: unknown
  /**
   * Where GitLab puts the value when that is not the field's own name: dotted paths, tried in order until
   * one is readable. In a list field, each path after the first names a single item. For the normaliser only.
   */
  from?: string | string[]
  /** How GitLab's value becomes ours when the Avro type does not say it. For the normaliser only. */
  coerce?: string
}

export interface EnumSchema {
  type: 'enum'
  name: string
  namespace?: string
  doc?: string
  symbols: string[]
  default?: string
}

export interface ArraySchema {
  type: 'array'
  items: AvroSchema
}

export interface MapSchema {
  type: 'map'
  values: AvroSchema
}

/** A primitive with a meaning: times and dates. */
export interface LogicalSchema {
  type: 'int' | 'long'
  logicalType: string
}

/** The `T` of `["null", T]`, or undefined where null is not allowed. */
export const nullableOf = (schema: AvroSchema): AvroSchema | undefined =>
  Array.isArray(schema) && schema[0] === 'null' && schema.length === 2 ? schema[1] : undefined

/** A field without which the record would not say what happened: neither nullable nor defaulted. */
export const isIdentity = (field: RecordField): boolean =>
  field.default === undefined && nullableOf(field.type) === undefined
