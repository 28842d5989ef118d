import avsc from 'avsc'
import {
  type AvroSchema,
  type EnumSchema,
  nullableOf,
  type RecordField,
  type RecordSchema,
} from './avro-schema.ts'
import type { Breach } from './breach.ts'
import { misfitDefaults } from './misfit-defaults.ts'
import { fullNameOf, namedTypesIn, resolved } from './named-types.ts'

/**
 * What keeps readers of `older` from reading `newer` or the other way round, field by field.
 * Stricter than the registry's FULL_TRANSITIVE where that would let readers' code break: names are compared in full, bytes are no
 * string, and a time may not change its unit.
 *
 * @param version that of `older`, for the sentences
 */
export const breachesBetween = (older: RecordSchema, newer: RecordSchema, version: string): Breach[] => {
  if (fullNameOf(older) !== fullNameOf(newer))
    return [
      {
        field: '',
        problem: `was record ${fullNameOf(older)}, is ${fullNameOf(newer)}: a renamed record is another type`,
      },
    ]
  const found = [...compareTypes(older, newer, version), ...misfitDefaults(newer)]
  return found.length > 0 ? found : avscBreaches(older, newer)
}

const compareTypes = (older: RecordSchema, newer: RecordSchema, version: string): Breach[] => {
  const [oldNames, newNames] = [namedTypesIn(older), namedTypesIn(newer)]
  const seen = new Set<string>()

  const compare = (was: AvroSchema, is: AvroSchema, field: string): Breach[] => {
    const [before, after] = [branchesOf(resolved(was, oldNames)), branchesOf(resolved(is, newNames))]
    if (before.size !== after.size || [...before.keys()].some((name) => !after.has(name)))
      return [
        { field, problem: `was ${wordsOf(was)}, is ${wordsOf(is)}: readers of ${version} cannot read it` },
      ]
    return [...before].flatMap(([name, branch]) => compareBranch(branch, after.get(name) ?? branch, field))
  }

  const compareBranch = (was: AvroSchema, is: AvroSchema, field: string): Breach[] => {
    const [a, b] = [resolved(was, oldNames), resolved(is, newNames)]
    if (typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) || Array.isArray(b)) return []
    if (a.type === 'array' && b.type === 'array') return compare(a.items, b.items, field)
    if (a.type === 'map' && b.type === 'map') return compare(a.values, b.values, field)
    if (a.type === 'enum' && b.type === 'enum') return compareSymbols(a, b, field)
    if (a.type !== 'record' || b.type !== 'record' || seen.has(fullNameOf(a))) return []
    seen.add(fullNameOf(a))
    return compareFields(a.fields, b.fields, field === '' ? '' : `${field}.`)
  }

  const compareSymbols = (was: EnumSchema, is: EnumSchema, field: string): Breach[] => {
    const added = is.symbols.filter((symbol) => !was.symbols.includes(symbol)).join(', ')
    const removed = was.symbols.filter((symbol) => !is.symbols.includes(symbol)).join(', ')
    return [
      ...(added === '' || hasDefault(was)
        ? []
        : [
            {
              field,
              problem: `has the new symbol ${added}, and its enum had no default: readers of ${version} cannot read it`,
            },
          ]),
      ...(removed === '' || hasDefault(is)
        ? []
        : [
            {
              field,
              problem: `lost the symbol ${removed}, and its enum has no default: records of ${version} cannot be read`,
            },
          ]),
    ]
  }

  const compareFields = (
    was: readonly RecordField[],
    is: readonly RecordField[],
    outer: string,
  ): Breach[] => [
    ...was.flatMap(({ name, type, default: fallback }) => {
      const now = is.find((field) => field.name === name)
      if (now !== undefined) return compare(type, now.type, outer + name)
      const problem = `was removed and had no default: readers of ${version} cannot read records without it`
      return fallback === undefined ? [{ field: outer + name, problem }] : []
    }),
    ...is
      .filter(
        ({ name, default: fallback }) => fallback === undefined && !was.some((field) => field.name === name),
      )
      .map(({ name }) => ({
        field: outer + name,
        problem: `is new and has no default: records of ${version} cannot be read`,
      })),
  ]

  return compare(older, newer, '')
}

/** What avsc's own resolvers say, in case they see what we do not. */
const avscBreaches = (older: RecordSchema, newer: RecordSchema): Breach[] => {
  try {
    const [was, is] = [avsc.Type.forSchema(older as avsc.Schema), avsc.Type.forSchema(newer as avsc.Schema)]
    is.createResolver(was)
    was.createResolver(is)
    return []
  } catch (error) {
    return [{ field: '', problem: (error as Error).message }]
  }
}

const hasDefault = ({ default: symbol, symbols }: EnumSchema): boolean =>
  symbol !== undefined && symbols.includes(symbol)

/** What a union consists of, by what distinguishes one branch from another; a schema that is no union is its only branch. */
const branchesOf = (schema: AvroSchema): Map<string, AvroSchema> =>
  new Map((Array.isArray(schema) ? schema : [schema]).map((branch) => [branchName(branch), branch]))

const branchName = (schema: AvroSchema): string => {
  if (typeof schema === 'string' || Array.isArray(schema)) return String(schema)
  if (schema.type === 'record' || schema.type === 'enum') return fullNameOf(schema)
  return 'logicalType' in schema ? `${schema.type} (${schema.logicalType})` : schema.type
}

const wordsOf = (schema: AvroSchema): string => {
  const inner = nullableOf(schema)
  if (inner !== undefined) return `${wordsOf(inner)} or null`
  if (Array.isArray(schema)) return schema.map(wordsOf).join(' or ')
  if (typeof schema === 'object' && schema.type === 'array') return `list of ${wordsOf(schema.items)}`
  if (typeof schema === 'object' && schema.type === 'map') return `map of ${wordsOf(schema.values)}`
  return branchName(schema)
}
