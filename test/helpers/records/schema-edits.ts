import type { EnumSchema, RecordField, RecordSchema } from '../../../schemas/avro-schema.ts'
import { wireSchema } from '../../../schemas/load.ts'
import { namedTypesIn } from '../../../schemas/named-types.ts'

/** An edit of the push schema, and the verdict on it. */
export interface SchemaEdit {
  title: string
  /** Prepares the schema from which the edit starts, if the real one does not fit. */
  prepare?: (schema: RecordSchema) => void
  edit: (schema: RecordSchema) => void
  /** Our error text, after the words "schema push"; null if the edit is compatible. */
  sentence: string | null
  /** Set if the registry accepts an edit that we refuse. */
  registryAccepts?: true
}

/** The schema before and after an edit. */
export const versionsOf = ({ prepare, edit }: SchemaEdit): { older: RecordSchema; newer: RecordSchema } => {
  const older = JSON.parse(wireSchema('push')) as RecordSchema
  prepare?.(older)
  const newer = structuredClone(older)
  edit(newer)
  return { older, newer }
}

const record = (schema: RecordSchema, name: string) =>
  namedTypesIn(schema).get(`gitlab_bridge.${name}`) as RecordSchema
const enumOf = (schema: RecordSchema, name: string) =>
  namedTypesIn(schema).get(`gitlab_bridge.${name}`) as EnumSchema
const field = (schema: RecordSchema, name: string) =>
  schema.fields.find((candidate) => candidate.name === name) as RecordField
const remove = (schema: RecordSchema, name: string) =>
  void schema.fields.splice(schema.fields.indexOf(field(schema, name)), 1)

export const schemaEdits: readonly SchemaEdit[] = [
  {
    title: 'a required field is removed',
    edit: (push) => remove(push, 'ref'),
    sentence: ', field ref: was removed and had no default: readers of 0.1.0 cannot read records without it',
  },
  {
    title: 'a field is new and has no default',
    edit: (push) => void push.fields.push({ name: 'weather', type: 'string', doc: 'Weather.' }),
    sentence: ', field weather: is new and has no default: records of 0.1.0 cannot be read',
  },
  {
    title: 'a nullable field is new and has no default',
    edit: (push) =>
      void record(push, 'Commit').fields.push({ name: 'weather', type: ['null', 'string'], doc: 'Weather.' }),
    sentence: ', field commits.weather: is new and has no default: records of 0.1.0 cannot be read',
  },
  {
    title: 'a text becomes a number',
    edit: (push) => Object.assign(field(record(push, 'Commit'), 'id'), { type: ['null', 'long'] }),
    sentence: ', field commits.id: was string or null, is long or null: readers of 0.1.0 cannot read it',
  },
  {
    title: 'a number is widened',
    prepare: (push) => Object.assign(field(push, 'total_commits_count'), { type: ['null', 'int'] }),
    edit: (push) => Object.assign(field(push, 'total_commits_count'), { type: ['null', 'long'] }),
    sentence:
      ', field total_commits_count: was int or null, is long or null: readers of 0.1.0 cannot read it',
  },
  {
    title: 'a required field becomes nullable',
    edit: (push) => Object.assign(field(push, 'ref'), { type: ['null', 'string'], default: null }),
    sentence: ', field ref: was string, is string or null: readers of 0.1.0 cannot read it',
  },
  {
    title: 'a nullable field becomes required',
    edit: (push) => Object.assign(field(push, 'message'), { type: 'string', default: '' }),
    sentence: ', field message: was string or null, is string: readers of 0.1.0 cannot read it',
  },
  {
    title: 'a union gains a branch',
    edit: (push) => Object.assign(field(push, 'message'), { type: ['null', 'string', 'long'] }),
    sentence:
      ', field message: was string or null, is null or string or long: readers of 0.1.0 cannot read it',
  },
  {
    title: 'a list becomes a map',
    edit: (push) =>
      Object.assign(field(push, 'commits'), {
        type: { type: 'map', values: record(push, 'Commit') },
        default: {},
      }),
    sentence:
      ', field commits: was list of gitlab_bridge.Commit, is map of gitlab_bridge.Commit: ' +
      'readers of 0.1.0 cannot read it',
  },
  {
    title: 'the values of a map change their type',
    edit: (push) => Object.assign(field(push, 'push_options'), { type: { type: 'map', values: 'long' } }),
    sentence: ', field push_options: was string, is long: readers of 0.1.0 cannot read it',
  },
  {
    title: 'an enum without default gains a symbol',
    prepare: (push) => {
      delete enumOf(push, 'Visibility').default
    },
    edit: (push) => void enumOf(push, 'Visibility').symbols.push('secret'),
    sentence:
      ', field project.visibility: has the new symbol secret, and its enum had no default: ' +
      'readers of 0.1.0 cannot read it',
  },
  {
    title: 'an enum loses a symbol and its default',
    edit: (push) => {
      enumOf(push, 'Visibility').symbols.shift()
      delete enumOf(push, 'Visibility').default
    },
    sentence:
      ', field project.visibility: lost the symbol private, and its enum has no default: ' +
      'records of 0.1.0 cannot be read',
  },
  {
    title: 'the record is renamed',
    edit: (push) => Object.assign(push, { name: 'PushEvent' }),
    sentence: ': was record gitlab_bridge.Push, is gitlab_bridge.PushEvent: a renamed record is another type',
  },
  {
    title: 'a record inside is renamed',
    edit: (push) => Object.assign(record(push, 'Commit'), { name: 'GitCommit' }),
    sentence:
      ', field commits: was gitlab_bridge.Commit, is gitlab_bridge.GitCommit: ' +
      'readers of 0.1.0 cannot read it',
  },
  {
    title: 'a default is of another type',
    edit: (push) => void push.fields.push({ name: 'weather', type: 'int', default: 'mild', doc: 'Weather.' }),
    sentence: ', field weather: has the default "mild", which its type does not allow',
  },
  {
    title: 'a default is of a later branch of its union',
    edit: (push) =>
      void push.fields.push({ name: 'weather', type: ['string', 'null'], default: null, doc: 'Weather.' }),
    sentence: ', field weather: has the default null, which its type does not allow',
  },
  {
    title: 'the default of a record lacks a field',
    edit: (push) =>
      void push.fields.push({
        name: 'weather',
        type: {
          type: 'record',
          name: 'Weather',
          namespace: 'gitlab_bridge',
          fields: [{ name: 'sky', type: 'string' }],
        },
        default: {},
        doc: 'Weather.',
      }),
    sentence: ', field weather: has the default {}, which its type does not allow',
  },
  {
    title: 'an enum names a symbol twice',
    edit: (push) => void enumOf(push, 'Visibility').symbols.push('private'),
    sentence: ': duplicate "gitlab_bridge.Visibility" symbol: "private"',
  },
  {
    title: 'a time changes its unit',
    edit: (push) =>
      Object.assign(field(record(push, 'Delivery'), 'received_at'), {
        type: { type: 'long', logicalType: 'timestamp-micros' },
      }),
    sentence:
      ', field delivery.received_at: was long (timestamp-millis), is long (timestamp-micros): ' +
      'readers of 0.1.0 cannot read it',
    registryAccepts: true,
  },
  {
    title: 'bytes become text',
    edit: (push) => Object.assign(field(push, 'raw'), { type: 'string' }),
    sentence: ', field raw: was bytes, is string: readers of 0.1.0 cannot read it',
    registryAccepts: true,
  },
  {
    title: 'a field with a default is new',
    edit: (push) =>
      void push.fields.push({ name: 'weather', type: ['null', 'string'], default: null, doc: 'Weather.' }),
    sentence: null,
  },
  { title: 'a field with a default is removed', edit: (push) => remove(push, 'message'), sentence: null },
  { title: 'fields change their order', edit: (push) => void push.fields.reverse(), sentence: null },
  {
    title: 'a doc is written anew',
    edit: (push) => Object.assign(push, { doc: 'Somebody pushed.' }),
    sentence: null,
  },
  {
    title: 'an enum with a default gains a symbol',
    edit: (push) => void enumOf(push, 'Visibility').symbols.push('secret'),
    sentence: null,
  },
]
