import { hash } from 'node:crypto'
import { catalogue, type EventType, eventTypes, type Records } from '../schemas/catalogue.ts'
import type { Fact } from '../schemas/fact.ts'
import { inlinedSchema } from '../schemas/load.ts'
import type { Delivery } from '../schemas/parts/delivery.generated.ts'
import type { Classified } from './classify.ts'
import type { Problems } from './coerce.ts'
import { compileNormaliser, type Normaliser } from './compile-normaliser.ts'
import type { Hook } from './hook.ts'

/** A hook as the typed record of its event. */
export interface Normalised {
  event: EventType
  record: Records[EventType]
}

/** More faults than this are not told one by one. */
const maxFaults = 100

const given = ['delivery', 'raw']
const givenByUs: Partial<Record<EventType, string[]>> = {
  unknown: [...given, 'event_name'],
  quarantine: [...given, 'event_name', 'reason', 'detail'],
}

const normalisers = Object.fromEntries(
  eventTypes.map((event) => [event, compileNormaliser(inlinedSchema(catalogue[event].schema), givenByUs[event] ?? given)]),
) as Record<EventType, Normaliser>

/** The typed record; where the fields are missing that make the event what it is, a record for the quarantine. */
export const normalise = (hook: Hook, { event, name, body, quarantine }: Classified): Normalised => {
  const problems: Problems = { faults: [], missing: [] }
  const delivery = deliveryOf(hook, event)
  const record = normalisers[event](body, problems, {
    delivery,
    raw: hook.body,
    event_name: name,
    reason: quarantine?.reason,
    detail: quarantine?.detail,
  }) as unknown as Records[EventType]
  if (problems.missing.length > 0) {
    const detail = `${event} without ${problems.missing.slice(0, maxFaults).join(', ')}`
    return normalise(hook, { event: 'quarantine', name, body, quarantine: { reason: 'missing_identity', detail } })
  }

  const definition = catalogue[event] as { fact: ((record: unknown) => Fact) | null; occurredAt: (record: unknown) => number | null }
  const fact = definition.fact?.(record) ?? null
  if (fact !== null) {
    delivery.fact_id = hash('sha256', JSON.stringify([delivery.instance, fact.family, ...fact.fields]))
    delivery.fact_basis = fact.basis
  }
  delivery.occurred_at = definition.occurredAt(record)
  delivery.coercion_faults = problems.faults.slice(0, maxFaults)
  return { event, record }
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
  coercion_faults: [],
})

const text = (header: string | string[] | undefined): string | null => header?.toString() ?? null
