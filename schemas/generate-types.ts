import type { AvroSchema, EnumSchema, RecordSchema } from './avro-schema.ts'
import { nullableOf } from './avro-schema.ts'
import { parts, shapes } from './load.ts'

const banner = '// Generated from the .avsc file beside it by `npm run generate`. Do not edit.\n\n'

/**
 * The content of every generated file, by path under schemas/:
 * the types beside each .avsc file, and the list of shapes.
 */
export const generateTypes = (): Map<string, string> => {
  const files = new Map<string, string>()
  for (const [name, schema] of parts)
    files.set(`parts/${name}.generated.ts`, fileOf(schema as RecordSchema | EnumSchema, 'parts'))
  for (const [name, schema] of shapes) files.set(`events/${name}.generated.ts`, fileOf(schema, 'events'))
  files.set('shapes.generated.ts', indexOf())
  return files
}

const fileOf = (schema: RecordSchema | EnumSchema, folder: 'parts' | 'events'): string => {
  const imports = new Map<string, string>()
  const inline: string[] = []
  const print = (node: AvroSchema): string => {
    if (typeof node === 'string') return primitives[node] ?? importPart(node)
    if (Array.isArray(node)) return `${print(nullableOf(node) ?? [])} | null`
    if (node.type === 'array') return arrayOf(print(node.items))
    if (node.type === 'map') return `Record<string, ${print(node.values)}>`
    if (node.type !== 'record' && node.type !== 'enum') return 'number'
    inline.push(declaration(node, print))
    return node.name
  }
  const importPart = (fullName: string): string => {
    const name = fullName.slice(fullName.lastIndexOf('.') + 1)
    imports.set(name, `${folder === 'parts' ? './' : '../parts/'}${fileNameOf(fullName)}.generated.ts`)
    return name
  }
  const main = declaration(schema, print)
  const lines = [...imports].sort().map(([name, path]) => `import type { ${name} } from '${path}'\n`)
  return banner + lines.join('') + (lines.length > 0 ? '\n' : '') + [main, ...inline].join('\n')
}

const primitives: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
}

const arrayOf = (items: string): string => (items.includes(' ') ? `(${items})[]` : `${items}[]`)

const declaration = (schema: RecordSchema | EnumSchema, print: (node: AvroSchema) => string): string => {
  const doc = comment(schema.doc, '')
  if (schema.type === 'enum')
    return `${doc}export type ${schema.name} = ${schema.symbols.map((symbol) => `'${symbol}'`).join(' | ')}\n`
  const fields = schema.fields.map(
    (field) => `${comment(field.doc, '  ')}  ${field.name}: ${print(field.type)}\n`,
  )
  return `${doc}export interface ${schema.name} {\n${fields.join('')}}\n`
}

const comment = (doc: string | undefined, indent: string): string =>
  doc === undefined ? '' : `${indent}/** ${doc.replaceAll('*/', '*\\/')} */\n`

const fileNames = new Map([...parts].map(([file, part]) => [(part as RecordSchema).name, file]))

const fileNameOf = (fullName: string): string => {
  const file = fileNames.get(fullName.slice(fullName.lastIndexOf('.') + 1))
  if (file === undefined)
    throw new Error(
      `An .avsc file names ${fullName}, but no file in schemas/parts defines it. ` +
        'Correct the name, or add the part.',
    )
  return file
}

const indexOf = (): string => {
  const rows = [...shapes].map(([file, { name }]) => ({ file, name }))
  const imports = rows
    .map(({ file, name }) => `import type { ${name} } from './events/${file}.generated.ts'\n`)
    .join('')
  const members = rows.map(({ file, name }) => `  ${file}: ${name}\n`).join('')
  return `${banner.replace('the .avsc file beside it', 'schemas/events')}${imports}
/** The type of the records of each schema, by file name of the schema. */
export interface Shapes {\n${members}}\n`
}
