import { hash } from 'node:crypto'
import { catalogue, type EventType, type Records } from '../../schemas/catalogue.ts'
import type { Fact } from '../../schemas/facts/fact.ts'
import { inlinedSchema } from '../../schemas/load.ts'
import type { Delivery } from '../../schemas/parts/delivery.generated.ts'
import type { Hook } from '../hook.ts'
import type { Classified } from './classify.ts'
import type { Problems } from './coerce.ts'
import type { Normaliser } from './coerce-nested.ts'
import { compileNormaliser } from './compile-normaliser.ts'
import { inPlaceOf } from './confidential.ts'

/** A hook as the typed record of its event. */
export interface Normalised {
  event: EventType
  record: Records[EventType]
}

/** A record names at most this many of its faults. */
const maxFaults = 100

/** The fields that do not come from the body. */
const given = ['delivery', 'raw']
/** By schema. */
const givenOfSchema: Partial<Record<string, string[]>> = {
  unknown: [...given, 'event_name'],
  quarantine: [...given, 'event_name', 'reason', 'detail'],
}

const normalisers = new Map<EventType, Normaliser>()

/** Compiled with the first hook of its event: most GitLabs send only some events, and all would take 9 MB. */
const normaliserOf = (event: EventType): Normaliser => {
  let normaliser = normalisers.get(event)
  if (normaliser === undefined) {
    const { schema } = catalogue[event]
    normaliser = compileNormaliser(inlinedSchema(schema), givenOfSchema[schema] ?? given)
    normalisers.set(event, normaliser)
  }
  return normaliser
}

/**
 * Builds the typed record of the event. If the fields are missing that identify the event, it builds a record
 * of `quarantine` or `unknown` instead.
 */
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
  if (lacking !== null) return normalise(hook, withoutIdentity(classified, lacking))

  const fact = definition.fact(record)
  if (fact !== null) {
    delivery.fact_id = hash('sha256', JSON.stringify([delivery.instance, fact.family, ...fact.fields]))
    delivery.fact_basis = fact.basis
  }
  delivery.occurred_at = definition.occurredAt(record)
  delivery.coercion_faults = problems.faults.slice(0, maxFaults)
  return { event, record }
}

/**
 * The definition of an event, for a record of any type: the compiler cannot see that the two belong together.
 */
interface Definition {
  fact(record: Records[EventType]): Fact | null
  occurredAt(record: Records[EventType]): number | null
  lacks(record: Records[EventType]): string | null
}

/**
 * A body that names its event but lacks its identity is broken: quarantine. If only the header names the
 * event, the body comes from a custom template, which is nothing wrong: unknown.
 */
const withoutIdentity = (classified: Classified, lacking: string): Classified =>
  classified.by === 'header'
    ? { ...classified, event: inPlaceOf(classified.event, 'unknown') }
    : {
        ...classified,
        event: inPlaceOf(classified.event, 'quarantine'),
        quarantine: { reason: 'missing_identity', detail: `${classified.event} without ${lacking}` },
      }

/** The delivery with what the hook itself says. Its fact is not known yet. */
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
