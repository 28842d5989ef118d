import { addAccount, sumOf } from '../../../lib/metrics/accounts.ts'
import type { ValueOfLabel } from '../../../lib/metrics/catalogue.ts'
import type { Metrics } from '../../../lib/metrics/metrics.ts'
import { countMissing } from '../outbox/count-missing.ts'
import { readSizes, type Size } from '../outbox/sizes.ts'
import type { OutboxStore } from '../outbox/store.ts'

type Settled = ValueOfLabel<'outbox_settled_total', 'outcome'>
type AttemptResult = ValueOfLabel<'outbox_attempts_total', 'result'>

/** What a worker measures about its outbox. What each metric means is said in `lib/metrics/`. */
export interface DeliveryMetrics {
  /** The outbox was given so many messages. Each of them is either queued or left out. */
  countRouted(number: number): void
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
    shared(() => readSizes(store), 1000),
  )
  const routed = accountForMessages(metrics, store)
  return {
    countRouted: (number) => {
      routed.count += number
    },
    countQueued: (destination, number) => queued.inc({ destination }, number),
    countLeft: (destination, number) => left.inc({ destination }, number),
    countAttempt: (destination, result) => attempts.inc({ destination, result }),
    countRepeats: (destination, number) => repeats.inc({ destination }, number),
    countSettled: (destination, outcome, number) => settled.inc({ destination, outcome }, number),
  }
}

/** What waits is counted, so it is not done at every scrape. */
const accountMs = 60_000

/** Of the messages that the routes name, and of those that the outbox has accepted, none may be missing. */
const accountForMessages = (metrics: Metrics, store: OutboxStore): { count: number } => {
  const routed = { count: 0 }
  const lost = shared(() => countMissing(store), accountMs)
  const sum = (name: string) => sumOf(metrics, `gitlab_bridge_outbox_${name}_total`)
  addAccount(metrics, 'outbox', async () => {
    const given = routed.count
    const [queued, left] = await Promise.all([sum('queued'), sum('left_out')])
    const missing = (await lost()).reduce((total, each) => total + each.missing, 0)
    return given - queued - left + missing
  })
  return routed
}

/**
 * Scrapes ask for each gauge at the same time, and one answer of the database serves them all. It is none
 * while the database does not answer.
 */
const shared = <T>(read: () => Promise<T[]>, freshMs: number): (() => Promise<T[]>) => {
  let [last, readAt] = [Promise.resolve<T[]>([]), 0]
  return () => {
    if (Date.now() - readAt < freshMs) return last
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
