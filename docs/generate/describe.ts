import { topicVariables } from '../../cli/variables/topic-variables.ts'
import { catalogue, type EventType, eventTypes } from '../../schemas/catalogue.ts'
import type { Fact } from '../../schemas/facts/fact.ts'
import { gitlabPageOf } from '../../schemas/gitlab-pages.ts'
import * as keys from '../../schemas/key.ts'
import { inlinedSchema } from '../../schemas/load.ts'
import { createNames } from '../../schemas/topics.ts'
import { isNullable, isRecord, isTime, mapAbove } from './field-at.ts'
import { fieldsRead } from './fields-read.ts'
import { meanings } from './meanings.ts'
import { readSamples, type Sample } from './samples.ts'

/** Everything there is to say of one event; both documents are made of these. */
export interface Description {
  event: EventType
  topic: string
  shape: string
  /** Sentences. */
  meaning: string
  /** GitLab's page of the event. */
  doc: string
  sentBy: string[]
  key: string
  retention: { class: string; days: number | 'forever'; variable: string; sentence: string }
  /** null: the delivery alone names the fact. */
  fact: {
    family: string
    fields: string[]
    basis: string
    weaker: { without: string; basis: string }[]
  } | null
  /** Fields that `delivery.occurred_at` is taken from; none: it is null. */
  times: string[]
  example: Sample
}

const names = createNames('')

/** The catalogue's entry as seen with a record of whatever type. */
interface Definition {
  fact(record: Sample['record']): Fact | null
  occurredAt(record: Sample['record']): number | null
}

export const describeEvents = (): Description[] => {
  const samples = readSamples()
  return eventTypes.map((event) => {
    const own = samples.get(event) ?? []
    const [example] = own
    if (example === undefined)
      throw new Error(`test/fixtures has no sample of ${event}: its documentation needs one`)
    const { schema } = catalogue[event]
    const { doc: shapeDoc = '' } = inlinedSchema(schema)
    return {
      event,
      topic: names.topic(event),
      shape: schema,
      meaning: meanings[event] ?? shapeDoc,
      doc: gitlabPageOf(event),
      sentBy: sendersOf(event, own),
      key: keyOf(event),
      retention: retentionOf(event),
      fact: factOf(event, own),
      times: timesOf(event, own),
      example,
    }
  })
}

const groupOnly = new Set(['GroupMember Hook', 'Project Hook', 'Subgroup Hook'])

/** Which hooks bring the event, told by the headers of its samples. */
const sendersOf = (event: EventType, samples: readonly Sample[]): string[] => {
  if (event === 'unknown' || event === 'quarantine') return ['any hook']
  return [...new Set(samples.map(({ header }) => header))]
    .filter((header) => header !== undefined)
    .sort((a, b) => Number(a === 'System Hook') - Number(b === 'System Hook'))
    .map((header) => {
      if (header === 'System Hook') return 'system hooks (`System Hook`)'
      if (groupOnly.has(header)) return `group webhooks (\`${header}\`)`
      return header.endsWith(' Hook')
        ? `project and group webhooks (\`${header}\`)`
        : `callbacks of GitLab Duo flows (\`${header}\`)`
    })
}

const keyWords = new Map<unknown, string>([
  [keys.byProject, 'project id as decimal text, e.g. `15`'],
  [keys.byGroup, '`group:` and the group id, e.g. `group:78`'],
  [keys.byUser, '`user:` and the user id, e.g. `user:41`'],
  [keys.byKeyId, '`key:` and the id of the SSH key, e.g. `key:4`'],
  [
    keys.byProjectOrGroup,
    'project id as decimal text, e.g. `15`; `group:78` where GitLab names a group and no project; `instance` where it names neither',
  ],
  [
    keys.byTokenOwner,
    'project id as decimal text, e.g. `15`; `group:78` for the token of a group; `instance` where neither is known',
  ],
  [
    keys.byMilestoneOwner,
    'project id as decimal text, e.g. `15`; `group:78` for the milestone of a group; `instance` where neither is known',
  ],
  [
    keys.byPromotion,
    '`group:` and the id of the top-level group, e.g. `group:78`; `user:41` where GitLab names no group',
  ],
])

const keyOf = (event: EventType): string => {
  const { key, schema } = catalogue[event]
  const words = keyWords.get(key)
  if (words === undefined)
    throw new Error(`docs/generate/describe.ts has no words for the key of ${event} (${key.name})`)
  const project = inlinedSchema(schema).fields.find(({ name }) => name === 'project_id')
  return key === keys.byProject && Array.isArray(project?.type)
    ? `${words}; \`instance\` where GitLab names no project`
    : words
}

const defaults = topicVariables.parse({})

export const defaultPartitions = defaults.KAFKA_TOPIC_PARTITIONS

const retentionOf = (event: EventType): Description['retention'] => {
  const { retention } = catalogue[event]
  const variable = `KAFKA_RETENTION_${retention.toUpperCase()}_DAYS` as keyof typeof defaults
  const days = defaults[variable] === 'forever' ? 'forever' : Number(defaults[variable])
  const sentence = `${days === 'forever' ? 'for ever' : `${days} days`} (class ${retention}; \`${variable}\`)`
  return { class: retention, days, variable, sentence }
}

/** What is needed of GitLab's fields, and how sure the fact is where one of them is null. */
const factOf = (event: EventType, samples: readonly Sample[]): Description['fact'] => {
  const { fact } = catalogue[event] as Definition
  const known = samples.filter(({ record }) => fact(record) !== null)
  const [sample] = known
  if (sample === undefined) return null
  const family = String(fact(sample.record)?.family)
  const fields = readBy(event, fact, known)
  const basisOf = (record: Sample['record']) => fact(record)?.basis ?? 'delivery'
  const basis = basisOf(sample.record)
  const weaker = fields
    .filter((path) => isNullable(inlinedSchema(catalogue[event].schema), path))
    .map((without) => ({ without, basis: basisOf(withNull(sample.record, without)) }))
    .filter((other) => other.basis !== basis)
  return { family, fields, basis, weaker }
}

const timesOf = (event: EventType, samples: readonly Sample[]): string[] => {
  const { occurredAt } = catalogue[event] as Definition
  const told = samples.filter(({ record }) => occurredAt(record) !== null)
  return readBy(event, occurredAt, told).filter((path) =>
    isTime(inlinedSchema(catalogue[event].schema), path),
  )
}

/** Fields read in any of the samples; a map is one field, whatever its keys. */
const readBy = (event: EventType, read: (record: never) => unknown, samples: readonly Sample[]): string[] => {
  const schema = inlinedSchema(catalogue[event].schema)
  const paths = samples
    .flatMap(({ record }) => fieldsRead(read, record))
    .map((path) => mapAbove(schema, path) ?? path)
  const isOuter = (path: string) =>
    paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[]`))
  return [...new Set(paths)].filter((path) => !isOuter(path) && !isRecord(schema, path))
}

const withNull = (record: Sample['record'], path: string): Sample['record'] => {
  const copy = structuredClone(record)
  const names = path.split('.')
  const last = String(names.pop())
  const owner = names.reduce<Record<string, unknown>>(
    (outer, name) => (outer[name] ?? {}) as Record<string, unknown>,
    { ...copy },
  )
  if (names.length === 0) return { ...copy, [last]: null }
  owner[last] = null
  return copy
}
