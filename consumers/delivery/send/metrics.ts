import type { ValueOfLabel } from '../../../lib/metrics/catalogue.ts'
import type { Metrics } from '../../../lib/metrics/metrics.ts'
import { readSizes, type Size } from '../outbox/sizes.ts'
import type { OutboxStore } from '../outbox/store.ts'

type Settled = ValueOfLabel<'outbox_settled_total', 'outcome'>
type AttemptResult = ValueOfLabel<'outbox_attempts_total', 'result'>

/** What a worker measures about its outbox. What each metric means is said in `lib/metrics/`. */
export interface DeliveryMetrics {
  countQueued(destination: string, number: number): void
  countLeft(destination: string, number: number): void
  countAttempt(destination: string, result: AttemptResult): void
  countRepeats(destination: string, number: number): void
  countSettled(destination: string, outcome: Settled, number: number): void
}

/** @param destinations those that are configured at the start */
export const createDeliveryMetrics = (
  metrics: Metrics,
  store: OutboxStore,
  destinations: readonly string[],
): DeliveryMetrics => {
  const sets = { destinations }
  const queued = metrics.counter('outbox_queued_total', sets)
  const left = metrics.counter('outbox_left_out_total', sets)
  const attempts = metrics.counter('outbox_attempts_total', sets)
  const repeats = metrics.counter('outbox_repeats_total', sets)
  const settled = metrics.counter('outbox_settled_total', sets)
  exportSizes(
    metrics,
    sets,
    shared(() => readSizes(store)),
  )
  return {
    countQueued: (destination, number) => queued.inc({ destination }, number),
    countLeft: (destination, number) => left.inc({ destination }, number),
    countAttempt: (destination, result) => attempts.inc({ destination, result }),
    countRepeats: (destination, number) => repeats.inc({ destination }, number),
    countSettled: (destination, outcome, number) => settled.inc({ destination, outcome }, number),
  }
}

/** Scrapes ask for each gauge at the same time, and one answer of the database serves them all. */
const shared = (read: () => Promise<Size[]>): (() => Promise<Size[]>) => {
  let [last, readAt] = [Promise.resolve<Size[]>([]), 0]
  return () => {
    if (Date.now() - readAt < 1000) return last
    readAt = Date.now()
    last = read().catch(() => [])
    return last
  }
}

type Sets = { destinations: readonly string[] }

const exportSizes = (metrics: Metrics, sets: Sets, sizes: () => Promise<Size[]>): void => {
  metrics.gauge('outbox_messages', sets, async (gauge) => {
    for (const { destination, waiting, dead } of await sizes()) {
      gauge.set({ destination, state: 'waiting' }, Number(waiting))
      gauge.set({ destination, state: 'dead' }, Number(dead))
    }
  })
  metrics.gauge('outbox_oldest_age_seconds', sets, async (gauge) => {
    for (const { destination, age } of await sizes()) gauge.set({ destination }, Math.max(0, Number(age)))
  })
  metrics.gauge('outbox_bytes', sets, async (gauge) => {
    for (const { destination, bytes } of await sizes()) gauge.set({ destination }, Number(bytes))
  })
  metrics.gauge('outbox_destination_state', sets, async (gauge) => {
    for (const { destination, state, failing } of await sizes()) {
      const shown = state === 'active' && failing ? 'failing' : state
      for (const each of ['active', 'failing', 'paused', 'restored'] as const)
        gauge.set({ destination, state: each }, each === shown ? 1 : 0)
    }
  })
}
