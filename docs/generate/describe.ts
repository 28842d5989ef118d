import { topicVariables } from '../../cli/variables/topic-variables.ts'
import { catalogue, type EventType, eventTypes } from '../../schemas/catalogue.ts'
import { gitlabPageOf } from '../../schemas/gitlab-pages.ts'
import { inlinedSchema } from '../../schemas/load.ts'
import { createNames } from '../../schemas/topics.ts'
import { type FactDescription, factOf, timesOf } from './describe-fact.ts'
import { describeKey } from './describe-key.ts'
import { meanings } from './meanings.ts'
import { readSamples, type Sample } from './samples.ts'
import { sendersOf } from './senders.ts'

/** Everything that the documents say about one event. */
export interface Description {
  event: EventType
  topic: string
  /** The name of its schema file. */
  shape: string
  /** One or more sentences. */
  meaning: string
  /** The address of GitLab's page about the event. */
  doc: string
  /** The kinds of hooks that send it. Markdown. */
  sentBy: string[]
  /** Markdown. */
  key: string
  retention: { class: string; days: number | 'forever'; sentence: string }
  /** Null where only the delivery identifies the fact. */
  fact: FactDescription | null
  /** The fields from which `delivery.occurred_at` is taken. Empty where it is always null. */
  times: string[]
  example: Sample
}

const names = createNames('')

/** @throws Error where an event has no sample in test/fixtures, or a key without a description */
export const describeEvents = (): Description[] => {
  const samples = readSamples()
  return eventTypes.map((event) => {
    const own = samples.get(event) ?? []
    const [example] = own
    if (example === undefined)
      throw new Error(`test/fixtures has no sample of ${event}. Its documentation needs one: add it.`)
    const { schema } = catalogue[event]
    const { doc: shapeDoc = '' } = inlinedSchema(schema)
    return {
      event,
      topic: names.topic(event),
      shape: schema,
      meaning: meanings[event] ?? shapeDoc,
      doc: gitlabPageOf(event),
      sentBy: sendersOf(event, own),
      key: describeKey(event),
      retention: retentionOf(event),
      fact: factOf(event, own),
      times: timesOf(event, own),
      example,
    }
  })
}

const defaults = topicVariables.parse({})

export const defaultPartitions = defaults.KAFKA_TOPIC_PARTITIONS

const retentionOf = (event: EventType): Description['retention'] => {
  const { retention } = catalogue[event]
  const variable = `KAFKA_RETENTION_${retention.toUpperCase()}_DAYS` as keyof typeof defaults
  const days = defaults[variable] === 'forever' ? 'forever' : Number(defaults[variable])
  return {
    class: retention,
    days,
    sentence: `${timeOf(days)} (class ${retention}; \`${variable}\`)`,
  }
}

/** How long records are kept, in words. */
export const timeOf = (days: number | 'forever'): string =>
  days === 'forever' ? 'without a time limit' : `${days} days`
