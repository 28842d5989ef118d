import type { Metrics } from '../../lib/metrics.ts'
import { type Lag, lagSeconds } from '../lag-meter/lag-meter.ts'
import { lagVerdicts } from '../lag-meter/verdict.ts'
import type { FollowedDeadLetters } from './follow-dead-letters.ts'
import type { Freshness } from './freshness.ts'

/** Lag by group and topic; seconds are counted up to the very scrape. */
export const exportLag = (
  metrics: Metrics,
  groups: readonly string[],
  lag: Freshness<readonly Lag[]>,
): void => {
  const labels = { group: [], topic: [] }
  metrics.gauge(
    'consumer_lag_records',
    'Records a worker has not handled yet, whether it runs or not.',
    labels,
    async (gauge) => {
      for (const each of await lag.latest()) gauge.set({ group: each.group, topic: each.topic }, each.records)
    },
  )
  metrics.gauge(
    'consumer_lag_seconds',
    'Age of the oldest record a worker has not handled yet; 0 where there is none.',
    labels,
    async (gauge) => {
      for (const each of await lag.latest())
        gauge.set({ group: each.group, topic: each.topic }, lagSeconds(each, Date.now()))
    },
  )
  metrics.gauge(
    'lag_measurement_age_seconds',
    'How long ago lag was measured. It grows while Kafka does not answer; everything about lag is as of then.',
    {},
    async (gauge) => {
      await lag.latest()
      gauge.set(lag.age() / 1000)
    },
  )
  const help =
    '1 for the worst that is true of any topic. behind: moves; stalled: does not; stopped: no process; rewound: went back.'
  metrics.gauge('consumer_lag_verdict', help, { group: groups, verdict: lagVerdicts }, async (gauge) => {
    const byGroup = Map.groupBy(await lag.latest(), ({ group }) => group)
    for (const [group, of] of byGroup) {
      const worst = Math.max(...of.map(({ verdict }) => lagVerdicts.indexOf(verdict)))
      for (const [rank, verdict] of lagVerdicts.entries())
        gauge.set({ group, verdict }, rank === worst ? 1 : 0)
    }
  })
}

/**
 * How many dead letters stand open, and since when.
 *
 * @param open worker → when each was put aside, milliseconds since 1970; undefined while that is not known: then there is no series
 */
export const exportDeadLetters = (
  metrics: Metrics,
  workers: readonly string[],
  open: FollowedDeadLetters['open'],
): void => {
  const labels = { consumer: [] }
  metrics.gauge(
    'dead_letters',
    'Dead letters that are neither taken back nor given up.',
    labels,
    async (gauge) => {
      for (const consumer of workers) {
        const letters = open(consumer)
        if (letters !== undefined) gauge.set({ consumer }, letters.length)
      }
    },
  )
  metrics.gauge(
    'dead_letter_oldest_age_seconds',
    'Age of the oldest of them; 0 where there is none.',
    labels,
    async (gauge) => {
      for (const consumer of workers) {
        const letters = open(consumer)
        if (letters === undefined) continue
        const oldest = letters.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
        gauge.set({ consumer }, oldest === Number.POSITIVE_INFINITY ? 0 : (Date.now() - oldest) / 1000)
      }
    },
  )
}
