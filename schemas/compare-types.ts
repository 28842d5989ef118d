import type { AvroSchema, EnumSchema, RecordField, RecordSchema } from './avro-schema.ts'
import { branchName, describeType } from './describe-type.ts'
import type { Incompatibility } from './incompatibility.ts'
import { definitionOf, fullNameOf, type NamedTypes, namedTypesIn } from './named-types.ts'

/** What stays the same while two schemas are compared from the outside to the inside. */
interface Comparison {
  oldNames: NamedTypes
  newNames: NamedTypes
  /** The version of the older schema. */
  version: string
  /** Full names of the records that have been compared: a schema can use one record in several places. */
  compared: Set<string>
}

/** Compares two versions of a record with each other, and all types that they use. */
export const compareTypes = (older: RecordSchema, newer: RecordSchema, version: string): Incompatibility[] =>
  compare(older, newer, '', {
    oldNames: namedTypesIn(older),
    newNames: namedTypesIn(newer),
    version,
    compared: new Set(),
  })

const compare = (
  older: AvroSchema,
  newer: AvroSchema,
  field: string,
  comparison: Comparison,
): Incompatibility[] => {
  const oldBranches = branchesOf(definitionOf(older, comparison.oldNames))
  const newBranches = branchesOf(definitionOf(newer, comparison.newNames))
  const isEqual =
    oldBranches.size === newBranches.size && [...oldBranches.keys()].every((name) => newBranches.has(name))
  if (!isEqual) {
    const change = `was ${describeType(older)}, is ${describeType(newer)}`
    return [{ field, problem: `${change}: readers of ${comparison.version} cannot read it` }]
  }
  return [...oldBranches].flatMap(([name, branch]) =>
    compareBranch(branch, newBranches.get(name) ?? branch, field, comparison),
  )
}

const compareBranch = (
  oldBranch: AvroSchema,
  newBranch: AvroSchema,
  field: string,
  comparison: Comparison,
): Incompatibility[] => {
  const older = definitionOf(oldBranch, comparison.oldNames)
  const newer = definitionOf(newBranch, comparison.newNames)
  if (typeof older !== 'object' || typeof newer !== 'object') return []
  if (Array.isArray(older) || Array.isArray(newer)) return []
  if (older.type === 'array' && newer.type === 'array')
    return compare(older.items, newer.items, field, comparison)
  if (older.type === 'map' && newer.type === 'map')
    return compare(older.values, newer.values, field, comparison)
  if (older.type === 'enum' && newer.type === 'enum')
    return compareSymbols(older, newer, field, comparison.version)
  if (older.type !== 'record' || newer.type !== 'record') return []

  const name = fullNameOf(older)
  if (comparison.compared.has(name)) return []
  comparison.compared.add(name)
  return compareFields(older.fields, newer.fields, field === '' ? '' : `${field}.`, comparison)
}

const compareSymbols = (
  older: EnumSchema,
  newer: EnumSchema,
  field: string,
  version: string,
): Incompatibility[] => {
  const added = newer.symbols.filter((symbol) => !older.symbols.includes(symbol)).join(', ')
  const removed = older.symbols.filter((symbol) => !newer.symbols.includes(symbol)).join(', ')
  const found: Incompatibility[] = []
  if (added !== '' && !hasDefault(older)) {
    const cause = `has the new symbol ${added}, and its enum had no default`
    found.push({ field, problem: `${cause}: readers of ${version} cannot read it` })
  }
  if (removed !== '' && !hasDefault(newer)) {
    const cause = `lost the symbol ${removed}, and its enum has no default`
    found.push({ field, problem: `${cause}: records of ${version} cannot be read` })
  }
  return found
}

const compareFields = (
  older: readonly RecordField[],
  newer: readonly RecordField[],
  path: string,
  comparison: Comparison,
): Incompatibility[] => {
  const { version } = comparison
  const ofOldFields = older.flatMap(({ name, type, default: fallback }) => {
    const now = newer.find((field) => field.name === name)
    if (now !== undefined) return compare(type, now.type, path + name, comparison)
    if (fallback !== undefined) return []
    const problem = `was removed and had no default: readers of ${version} cannot read records without it`
    return [{ field: path + name, problem }]
  })
  const newWithoutDefault = newer.filter(
    ({ name, default: fallback }) => fallback === undefined && !older.some((field) => field.name === name),
  )
  const ofNewFields = newWithoutDefault.map(({ name }) => ({
    field: path + name,
    problem: `is new and has no default: records of ${version} cannot be read`,
  }))
  return [...ofOldFields, ...ofNewFields]
}

const hasDefault = ({ default: symbol, symbols }: EnumSchema): boolean =>
  symbol !== undefined && symbols.includes(symbol)

/** The branches of a union by their names. A schema that is not a union is its only branch. */
const branchesOf = (schema: AvroSchema): Map<string, AvroSchema> =>
  new Map((Array.isArray(schema) ? schema : [schema]).map((branch) => [branchName(branch), branch]))
