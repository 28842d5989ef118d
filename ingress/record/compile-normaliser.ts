import {
  type ArraySchema,
  type AvroSchema,
  nullableOf,
  type RecordField,
  type RecordSchema,
} from '../../schemas/avro-schema.ts'
import {
  type Coerce,
  type Problems,
  toAccessLevel,
  toBoolean,
  toChanges,
  toDouble,
  toEmail,
  toInt,
  toIsZeroSha,
  toJson,
  toJsonMap,
  toLong,
  toOtherAccessLevel,
  toText,
  toVisibility,
} from './coerce.ts'
import { listOfOne, type Normaliser, toFirstReadable, toList, toRecord } from './coerce-nested.ts'
import { toDate, toTimestamp } from './coerce-time.ts'

/** The coercion of each Avro type, and of each value of the attribute `coerce` in the schemas. */
const coercions: Readonly<Record<string, Coerce<unknown>>> = {
  string: toText,
  boolean: toBoolean,
  int: toInt,
  long: toLong,
  double: toDouble,
  'timestamp-millis': toTimestamp,
  date: toDate,
  email: toEmail,
  json: toJson,
  json_map: toJsonMap,
  changes: toChanges,
  visibility: toVisibility,
  access_level: toAccessLevel,
  access_level_other: toOtherAccessLevel,
  zero_sha: toIsZeroSha,
}

/**
 * Compiles a schema into one function, which builds each record as a single object literal. That is three
 * times as fast as to walk through the schema for every hook. The code is made from our own .avsc files only,
 * never from a hook.
 *
 * @param given names of the top-level fields that do not come from the body
 * @throws Error if the schema has a type without a coercion
 */
export const compileNormaliser = (schema: RecordSchema, given: readonly string[]): Normaliser => {
  const { constant, compile } = createCompiler()
  const records = new Map<string, RecordSchema>()

  const resolve = (type: AvroSchema): AvroSchema => (typeof type === 'string' && records.get(type)) || type

  const coercionFor = (type: AvroSchema, field: string, coerce: string | undefined): Coerce<unknown> => {
    const resolved = resolve(type)
    if (coerce === undefined && isRecord(resolved)) return toRecord(compileRecord(resolved))
    if (coerce === undefined && isArray(resolved))
      return toList(coercionFor(resolved.items, field, undefined))
    const coercion = coercions[coerce ?? nameOf(type)]
    if (coercion === undefined)
      throw new Error(`schema ${schema.name}: no coercion for ${JSON.stringify(coerce ?? type)} at ${field}`)
    return coercion
  }

  /**
   * The call that reads a field from its place in the body, or from the first readable one of several places.
   */
  const readField = ({ name, type, from = name, coerce }: RecordField): string => {
    const coercion = coercionFor(nullableOf(type) ?? type, name, coerce)
    const [first = name, ...others] = [from].flat()
    if (others.length === 0) return `${constant(coercion)}(${access(first)}, '${name}', problems)`
    // For a list, each further place holds one item.
    const alternatives = others.map((path) =>
      isArray(resolve(type)) ? `${constant(listOfOne)}(${access(path)})` : access(path),
    )
    const places = [access(first), ...alternatives].join(', ')
    return `${constant(toFirstReadable(coercion))}([${places}], '${name}', problems)`
  }

  const property = (field: RecordField): string => {
    const { name, type, default: fallback } = field
    const value = readField(field)
    if (nullableOf(type) !== undefined) return `${name}: ${value}`
    const otherwise =
      fallback === undefined ? `${constant(noteMissing)}('${name}', problems)` : JSON.stringify(fallback)
    return `${name}: ${value} ?? ${otherwise}`
  }

  const compileRecord = (record: RecordSchema): Normaliser => {
    records.set(`${record.namespace}.${record.name}`, record)
    const properties = record.fields.map((field) =>
      record === schema && given.includes(field.name)
        ? `${field.name}: given.${field.name}`
        : property(field),
    )
    return compile('body, problems, given', `{ ${properties.join(', ')} }`) as Normaliser
  }

  return compileRecord(schema)
}

/** Compiles functions from text. They use values such as coercions by the names of constants. */
const createCompiler = () => {
  const constants: unknown[] = []
  return {
    /** @returns the name by which compiled functions use the value */
    constant: (value: unknown): string => `k${constants.push(value) - 1}`,
    /** @returns a function with these parameters that returns this expression */
    compile: (parameters: string, result: string): unknown =>
      new Function(
        'constants',
        `const [${constants.map((_, i) => `k${i}`)}] = constants\nreturn (${parameters}) => (${result})`,
      )(constants),
  }
}

const isRecord = (type: AvroSchema): type is RecordSchema =>
  typeof type === 'object' && !Array.isArray(type) && type.type === 'record'

const isArray = (type: AvroSchema): type is ArraySchema =>
  typeof type === 'object' && !Array.isArray(type) && type.type === 'array'

const nameOf = (type: AvroSchema): string => {
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return 'union'
  return 'logicalType' in type ? type.logicalType : type.type
}

/** The path `a.b` as an expression that gives undefined if a part of the path is absent. */
const access = (path: string): string => `body.${path.split('.').join('?.')}`

/** A field that has neither null nor a default identifies the event, so the hook cannot do without it. */
const noteMissing = (path: string, problems: Problems): null => {
  problems.missing.push(path)
  return null
}
