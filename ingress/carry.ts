import type { Logger } from '../lib/logger.ts'
import { classify } from './classify.ts'
import type { Fit } from './fit.ts'
import type { Hook } from './hook.ts'
import type { IngressMetrics } from './metrics.ts'
import { normalise } from './normalise.ts'
import type { Kept } from './outcome.ts'
import type { Publisher } from './publish.ts'

export interface CarryStages {
  fit: Fit
  publisher: Pick<Publisher, 'publish'>
  metrics: Pick<IngressMetrics, 'records' | 'coercionFaults'>
  logger: Logger
}

/**
 * The second half of a hook's way, from the hook to a record the brokers have acknowledged. Hooks from the spool take it too.
 *
 * @param deadlineMs how long the brokers may take, in milliseconds; null: as long as it takes
 * @throws RetriableError where the brokers do not acknowledge, PermanentError where they refuse the record for good
 */
export type Carry = (hook: Hook, deadlineMs: number | null) => Promise<Kept>

export const createCarry =
  ({ fit, publisher, metrics, logger }: CarryStages): Carry =>
  async (hook, deadlineMs) => {
    const classified = classify(hook)
    const normalised = normalise(hook, classified)
    const { event, message, chunks } = fit(hook, normalised)

    const startedAt = performance.now()
    await Promise.all(chunks.map((chunk) => publisher.publish(chunk, deadlineMs)))
    await publisher.publish(message, deadlineMs === null ? null : Math.max(0, deadlineMs - (performance.now() - startedAt)))

    metrics.records.inc({ event })
    const faults = normalised.record.delivery.coercion_faults
    if (faults.length > 0) {
      metrics.coercionFaults.inc({ event }, faults.length)
      logger.warn('fields in a shape we do not know', { delivery_id: hook.id, event, fields: faults.slice(0, 5) })
    }
    const kind = event === 'unknown' ? 'unknown' : event === 'quarantine' ? 'quarantined' : 'published'
    return { kind, event: kind === 'published' ? event : (classified.name ?? event), topic: message.topic, id: hook.id }
  }
