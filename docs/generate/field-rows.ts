import { type AvroSchema, type EnumSchema, nullableOf, type RecordSchema } from '../../schemas/avro-schema.ts'
import { parts } from '../../schemas/load.ts'

/** One row of a table of fields, in Markdown. */
export interface FieldRow {
  /** A dotted path where records are nested. `[]` stands for every item of a list. */
  name: string
  type: string
  meaning: string
}

const partNames = new Set([...parts.values()].map((part) => (part as RecordSchema | EnumSchema).name))

/** The rows of a record. The fields of a nested record follow its own row. A shared part is a link. */
export const fieldRows = (schema: RecordSchema, outer = ''): FieldRow[] =>
  schema.fields.flatMap(({ name, type, doc = '' }) => {
    const path = `${outer}${name}`
    const { words, nested, suffix } = typeWords(type)
    const row = { name: path, type: words, meaning: escapeCell(doc) }
    return nested === undefined ? [row] : [row, ...fieldRows(nested, `${path}${suffix}.`)]
  })

interface TypeWords {
  words: string
  /** The record whose fields follow as rows. */
  nested?: RecordSchema
  suffix: string
}

const typeWords = (type: AvroSchema): TypeWords => {
  const inner = nullableOf(type)
  if (inner !== undefined) {
    const { words, ...rest } = typeWords(inner)
    return { words: `${words} or null`, ...rest }
  }
  if (typeof type === 'string') return { words: linkOf(type), suffix: '' }
  if (Array.isArray(type))
    return { words: type.map((branch) => typeWords(branch).words).join(' or '), suffix: '' }
  if (type.type === 'record') return { words: 'record', nested: type, suffix: '' }
  if (type.type === 'enum')
    return { words: type.symbols.map((symbol) => `\`${symbol}\``).join(', '), suffix: '' }
  if (type.type === 'array') {
    const { words, nested } = typeWords(type.items)
    return {
      words: `list of ${words === 'record' ? 'records' : words}`,
      ...(nested && { nested }),
      suffix: '[]',
    }
  }
  if (type.type === 'map') return { words: `map of ${typeWords(type.values).words}`, suffix: '' }
  return { words: type.logicalType === 'timestamp-millis' ? 'timestamp' : type.logicalType, suffix: '' }
}

const linkOf = (type: string): string => {
  const name = type.replace(/^.*\./, '')
  return partNames.has(name) ? `[${name}](#${name.toLowerCase()})` : name
}

/** Escapes a text for a cell. A row is one line, and a Markdown viewer hides what looks like a tag. */
export const escapeCell = (text: string): string =>
  text.replaceAll('<', '&lt;').replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('\n', ' ')

export const tableOf = (rows: readonly FieldRow[]): string =>
  [
    '| field | type | meaning |',
    '| --- | --- | --- |',
    ...rows.map(({ name, type, meaning }) => `| \`${name}\` | ${type} | ${meaning} |`),
  ].join('\n')
