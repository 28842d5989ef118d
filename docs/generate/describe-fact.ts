import { catalogue, type EventType } from '../../schemas/catalogue.ts'
import type { Fact } from '../../schemas/facts/fact.ts'
import { inlinedSchema } from '../../schemas/load.ts'
import { isNullable, isRecord, isTime, mapAbove } from './field-at.ts'
import { fieldsRead } from './fields-read.ts'
import type { Sample } from './samples.ts'

/** How the `fact_id` of an event is made. */
export interface FactDescription {
  family: string
  /** The fields that take part, as dotted paths. */
  fields: string[]
  basis: string
  /** The basis of records in which one of the fields is null, where it differs. */
  weaker: { without: string; basis: string }[]
}

/** The entry of the catalogue, for records of any event. */
interface Definition {
  fact(record: Sample['record']): Fact | null
  occurredAt(record: Sample['record']): number | null
}

/** Null where only the delivery identifies the fact. */
export const factOf = (event: EventType, samples: readonly Sample[]): FactDescription | null => {
  const { fact } = catalogue[event] as Definition
  const known = samples.filter(({ record }) => fact(record) !== null)
  const [sample] = known
  if (sample === undefined) return null
  const schema = inlinedSchema(catalogue[event].schema)
  const basisOf = (record: Sample['record']) => fact(record)?.basis ?? 'delivery'
  const basis = basisOf(sample.record)
  const fields = fieldsReadBy(event, fact, known)
  const weaker = fields
    .filter((path) => isNullable(schema, path))
    .map((without) => ({ without, basis: basisOf(withNull(sample.record, without)) }))
    .filter((other) => other.basis !== basis)
  return { family: String(fact(sample.record)?.family), fields, basis, weaker }
}

/** The fields from which `delivery.occurred_at` is taken. */
export const timesOf = (event: EventType, samples: readonly Sample[]): string[] => {
  const { occurredAt } = catalogue[event] as Definition
  const known = samples.filter(({ record }) => occurredAt(record) !== null)
  const schema = inlinedSchema(catalogue[event].schema)
  return fieldsReadBy(event, occurredAt, known).filter((path) => isTime(schema, path))
}

/** The fields that a rule reads in any of the samples. A map counts as one field, whatever its keys are. */
const fieldsReadBy = (
  event: EventType,
  rule: (record: never) => unknown,
  samples: readonly Sample[],
): string[] => {
  const schema = inlinedSchema(catalogue[event].schema)
  const paths = samples
    .flatMap(({ record }) => fieldsRead(rule, record))
    .map((path) => mapAbove(schema, path) ?? path)
  const isOuter = (path: string) =>
    paths.some((other) => other.startsWith(`${path}.`) || other.startsWith(`${path}[]`))
  return [...new Set(paths)].filter((path) => !isOuter(path) && !isRecord(schema, path))
}

/** A copy of the record in which the field at the end of the path is null. */
const withNull = (record: Sample['record'], path: string): Sample['record'] => {
  const copy = structuredClone(record)
  const names = path.split('.')
  const last = String(names.pop())
  if (names.length === 0) return { ...copy, [last]: null }
  const owner = names.reduce<Record<string, unknown>>(
    (outer, name) => (outer[name] ?? {}) as Record<string, unknown>,
    { ...copy },
  )
  owner[last] = null
  return copy
}
