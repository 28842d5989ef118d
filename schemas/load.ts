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

/** File name → schema, of the parts that events share. */
export const parts: ReadonlyMap<string, AvroSchema> = readFolder('parts')

/** File name → schema, of the shapes that events have. */
export const shapes = readFolder('events') as ReadonlyMap<string, RecordSchema>

const partsByName = new Map(
  [...parts.values()].map((part) => [`${namespace}.${(part as RecordSchema).name}`, part]),
)

/** The schema of a shape with every part written out where it is first used, the normaliser's attributes still in it. */
export const inlinedSchema = (shape: string): RecordSchema => {
  const schema = shapes.get(shape)
  if (schema === undefined) throw new Error(`schemas/events/${shape}.avsc does not exist`)
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

/** The schema as it is registered, JSON text: how we fill a field is nobody else's business and may change without a new version. */
export const wireSchema = (shape: string): string =>
  JSON.stringify(inlinedSchema(shape), (key, value) =>
    key === 'from' || key === 'coerce' ? undefined : value,
  )

const types = new Map<string, Type>()

/** The Avro type of a shape; always the same instance, since resolvers are bound to it. */
export const typeOfShape = (shape: string): Type => {
  let type = types.get(shape)
  if (type === undefined) {
    type = avsc.Type.forSchema(JSON.parse(wireSchema(shape)))
    types.set(shape, type)
  }
  return type
}
