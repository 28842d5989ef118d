import { readdirSync, readFileSync } from 'node:fs'
import avsc, { type Type } from 'avsc'
import type { AvroSchema, RecordSchema } from './avro-schema.ts'

const namespace = 'gitlab_bridge'
const folder = (name: string) => new URL(`./${name}/`, import.meta.url)

const readFolder = (name: string): Map<string, AvroSchema> =>
  new Map(
    readdirSync(folder(name))
      .filter((file) => file.endsWith('.avsc'))
      .sort()
      .map((file) => [
        file.replace('.avsc', ''),
        JSON.parse(readFileSync(new URL(file, folder(name)), 'utf8')) as AvroSchema,
      ]),
  )

/** The parts that several events share, by file name. */
export const parts: ReadonlyMap<string, AvroSchema> = readFolder('parts')

/** The schemas of the events, by file name. Several events can share one schema. */
export const shapes = readFolder('events') as ReadonlyMap<string, RecordSchema>

const partsByName = new Map(
  [...parts.values()].map((part) => [`${namespace}.${(part as RecordSchema).name}`, part]),
)

/**
 * The schema of a shape with every shared part written out where it is first used.
 * It still contains the attributes `from` and `coerce`, which only the normaliser uses.
 *
 * @throws Error where there is no such .avsc file
 */
export const inlinedSchema = (shape: string): RecordSchema => {
  const schema = schemaOf(shape)
  const used = new Set<string>()
  const inline = (node: AvroSchema): AvroSchema => {
    if (typeof node === 'string') {
      const part = partsByName.get(node)
      if (part === undefined || used.has(node)) return node
      used.add(node)
      return inline(part)
    }
    if (Array.isArray(node)) return node.map(inline)
    if (node.type === 'record')
      return {
        ...node,
        namespace,
        fields: node.fields.map((field) => ({ ...field, type: inline(field.type) })),
      }
    if (node.type === 'array') return { ...node, items: inline(node.items) }
    if (node.type === 'map') return { ...node, values: inline(node.values) }
    if (node.type === 'enum') return { ...node, namespace }
    return node
  }
  return inline(schema) as RecordSchema
}

const schemaOf = (shape: string): RecordSchema => {
  const schema = shapes.get(shape)
  if (schema === undefined) throw new Error(`schemas/events/${shape}.avsc does not exist`)
  return schema
}

/** The full name of the record of a shape, with its namespace. */
export const recordNameOf = (shape: string): string => `${namespace}.${schemaOf(shape).name}`

/**
 * The schema as JSON text, as it is registered.
 * It lacks the normaliser's attributes, so that they can change without a new version of the schema.
 */
export const wireSchema = (shape: string): string =>
  JSON.stringify(inlinedSchema(shape), (key, value) =>
    key === 'from' || key === 'coerce' ? undefined : value,
  )

const types = new Map<string, Type>()

/** The Avro type of a shape. It is always the same instance, because avsc binds resolvers to an instance. */
export const typeOfShape = (shape: string): Type => {
  let type = types.get(shape)
  if (type === undefined) {
    type = avsc.Type.forSchema(JSON.parse(wireSchema(shape)))
    types.set(shape, type)
  }
  return type
}
