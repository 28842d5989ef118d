import { hash } from 'node:crypto'
import { catalogue, type EventType, type Records } from '../../schemas/catalogue.ts'
import type { Fact } from '../../schemas/facts/fact.ts'
import { inlinedSchema } from '../../schemas/load.ts'
import type { Delivery } from '../../schemas/parts/delivery.generated.ts'
import type { Hook } from '../hook.ts'
import { type Classified, inPlaceOf } from './classify.ts'
import type { Problems } from './coerce.ts'
import { compileNormaliser, type Normaliser } from './compile-normaliser.ts'

/** A hook as the typed record of its event. */
export interface Normalised {
  event: EventType
  record: Records[EventType]
}

/** More faults than this are not told one by one. */
const maxFaults = 100

const given = ['delivery', 'raw']
/** By schema. */
const givenByUs: Partial<Record<string, string[]>> = {
  unknown: [...given, 'event_name'],
  quarantine: [...given, 'event_name', 'reason', 'detail'],
}

const normalisers = new Map<EventType, Normaliser>()

/** Compiled with the first hook of its event: most instances send a few of the many, and the others would take 9 MB. */
const normaliserOf = (event: EventType): Normaliser => {
  let normaliser = normalisers.get(event)
  if (normaliser === undefined) {
    const { schema } = catalogue[event]
    normaliser = compileNormaliser(inlinedSchema(schema), givenByUs[schema] ?? given)
    normalisers.set(event, normaliser)
  }
  return normaliser
}

/** The typed record; where the fields are missing that make the event what it is, a record for the quarantine. */
export const normalise = (hook: Hook, classified: Classified): Normalised => {
  const { event, name, body, quarantine } = classified
  const problems: Problems = { faults: [], missing: [] }
  const delivery = deliveryOf(hook, event)
  const record = normaliserOf(event)(body, problems, {
    delivery,
    raw: hook.body,
    event_name: name,
    reason: quarantine?.reason,
    detail: quarantine?.detail,
  }) as unknown as Records[EventType]

  const definition = catalogue[event] as Definition
  const lacking =
    problems.missing.length > 0 ? problems.missing.slice(0, maxFaults).join(', ') : definition.lacks(record)
  if (lacking !== null) return normalise(hook, unidentified(classified, lacking))

  const fact = definition.fact(record)
  if (fact !== null) {
    delivery.fact_id = hash('sha256', JSON.stringify([delivery.instance, fact.family, ...fact.fields]))
    delivery.fact_basis = fact.basis
  }
  delivery.occurred_at = definition.occurredAt(record)
  delivery.coercion_faults = problems.faults.slice(0, maxFaults)
  return { event, record }
}

/** The event's definition as seen with a record of whatever type: the types of the two belong together, which the compiler cannot see. */
interface Definition {
  fact(record: Records[EventType]): Fact | null
  occurredAt(record: Records[EventType]): number | null
  lacks(record: Records[EventType]): string | null
}

/** By its own word it is the event: something is wrong. By the header alone it is a custom template: nothing is. */
const unidentified = (classified: Classified, lacking: string): Classified =>
  classified.by === 'header'
    ? { ...classified, event: inPlaceOf(classified.event, 'unknown') }
    : {
        ...classified,
        event: inPlaceOf(classified.event, 'quarantine'),
        quarantine: { reason: 'missing_identity', detail: `${classified.event} without ${lacking}` },
      }

/** The delivery as the door knows it; the fact is not known yet. */
const deliveryOf = ({ id, source, receivedAt, headers, body }: Hook, event: EventType): Delivery => ({
  id,
  body_sha256: hash('sha256', body),
  fact_id: id,
  fact_basis: 'delivery',
  event_type: event,
  event_header: text(headers['x-gitlab-event']),
  source,
  instance: text(headers['x-gitlab-instance']),
  user_agent: text(headers['user-agent']),
  received_at: receivedAt,
  occurred_at: null,
  raw_chunks: null,
  coercion_faults: [],
})

const text = (header: string | string[] | undefined): string | null => header?.toString() ?? null
