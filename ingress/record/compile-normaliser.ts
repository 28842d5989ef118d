import {
  type AvroSchema,
  nullableOf,
  type RecordField,
  type RecordSchema,
} from '../../schemas/avro-schema.ts'
import {
  type Coerce,
  isObject,
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
import { toDate, toTimestamp } from './coerce-time.ts'

/**
 * Reads GitLab's JSON object into the typed fields of a record; what it could not read goes to `problems`.
 * `given` brings the fields that are not in the body.
 */
export type Normaliser = (
  body: Record<string, unknown>,
  problems: Problems,
  given: Readonly<Record<string, unknown>>,
) => Record<string, unknown>

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
 * Compiles a schema into one function that builds the record as a single object literal per nested record:
 * three times as fast as walking the schema for every hook. The code is made of our own .avsc files only.
 *
 * @param given names of the top-level fields that do not come from the body
 */
export const compileNormaliser = (schema: RecordSchema, given: readonly string[]): Normaliser => {
  const constants: unknown[] = []
  const constant = (value: unknown): string => `k${constants.push(value) - 1}`
  const records = new Map<string, RecordSchema>()

  const compile = (parameters: string, result: string) =>
    new Function(
      'constants',
      `const [${constants.map((_, i) => `k${i}`)}] = constants\nreturn (${parameters}) => (${result})`,
    )(constants)

  /** An expression that turns `value` into the Avro type, or null; `value` and `path` are expressions too. */
  const convert = (type: AvroSchema, value: string, path: string, coerce: string | undefined): string => {
    const resolved = (typeof type === 'string' && records.get(type)) || type
    if (coerce === undefined && typeof resolved === 'object' && !Array.isArray(resolved)) {
      if (resolved.type === 'record')
        return `${constant(nested(compileRecord(resolved)))}(${value}, ${path}, problems)`
      if (resolved.type === 'array')
        return `${constant(items(compileItem(resolved.items)))}(${value}, ${path}, problems)`
    }
    const coercion = coercions[coerce ?? nameOf(type)]
    if (coercion === undefined)
      throw new Error(`schema ${schema.name}: no coercion for ${JSON.stringify(coerce ?? type)} at ${path}`)
    return `${constant(coercion)}(${value}, ${path}, problems)`
  }

  const property = ({ name, type, from = name, coerce, default: fallback }: RecordField): string => {
    const inner = nullableOf(type)
    const value = [from].flat().map(access).join(' ?? ')
    const converted = convert(inner ?? type, value, `'${name}'`, coerce)
    if (inner !== undefined) return `${name}: ${converted}`
    return `${name}: ${converted} ?? ${fallback === undefined ? `${constant(missing)}('${name}', problems)` : JSON.stringify(fallback)}`
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

  const compileItem = (type: AvroSchema) =>
    compile('value, path, problems', convert(type, 'value', 'path', undefined)) as Coerce<unknown>

  return compileRecord(schema)
}

const nameOf = (type: AvroSchema): string => {
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return 'union'
  return 'logicalType' in type ? type.logicalType : type.type
}

/** `a.b` as an access that stops at what is absent. */
const access = (path: string): string => `body.${path.split('.').join('?.')}`

const missing = (path: string, problems: Problems): null => {
  problems.missing.push(path)
  return null
}

/** Problems inside are told with the path of the outer field in front. */
const nested =
  (normalise: Normaliser): Coerce<unknown> =>
  (value, path, problems) => {
    if (value == null) return null
    if (!isObject(value)) {
      problems.faults.push(path)
      return null
    }
    const [faults, missing] = [problems.faults.length, problems.missing.length]
    const record = normalise(value, problems, {})
    if (problems.faults.length > faults) prefix(problems.faults, faults, path)
    if (problems.missing.length > missing) prefix(problems.missing, missing, path)
    return record
  }

const prefix = (paths: string[], start: number, outer: string) => {
  for (let i = start; i < paths.length; i++) paths[i] = `${outer}.${paths[i]}`
}

/** Items that cannot be read are left out, and told as faults. */
const items =
  (coerce: Coerce<unknown>): Coerce<unknown[]> =>
  (value, path, problems) => {
    if (value == null) return null
    if (!Array.isArray(value)) {
      problems.faults.push(path)
      return null
    }
    const list: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      const read = coerce(value[index], `${path}.${index}`, problems)
      if (read !== null) list.push(read)
    }
    return list
  }
