/** An Avro schema as JSON, limited to what our .avsc files use. */
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
  /** How the normaliser converts GitLab's value where the Avro type alone does not say it. */
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

/** A primitive type with a meaning, such as a time or a date. */
export interface LogicalSchema {
  type: 'int' | 'long'
  logicalType: string
}

/** The `T` of `["null", T]`, or undefined where null is not allowed. */
export const nullableOf = (schema: AvroSchema): AvroSchema | undefined =>
  Array.isArray(schema) && schema[0] === 'null' && schema.length === 2 ? schema[1] : undefined

/** Whether a record needs the field to say what happened: the field has no default and cannot be null. */
export const isIdentity = (field: RecordField): boolean =>
  field.default === undefined && nullableOf(field.type) === undefined
