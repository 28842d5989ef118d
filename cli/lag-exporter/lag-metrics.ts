import type { Metrics } from '../../lib/metrics/metrics.ts'
import { lagSeconds, type Measurement } from '../lag-meter/lag-meter.ts'
import { lagVerdicts } from '../lag-meter/verdict.ts'
import type { FollowedDeadLetters } from './follow-dead-letters.ts'
import type { FreshValue } from './fresh-value.ts'

/**
 * Exports the lag by group and topic. The seconds are computed at each scrape, even where the measurement is
 * older. A group that is not used has no lag and no verdict.
 */
export const exportLag = (
  metrics: Metrics,
  groups: readonly string[],
  lag: FreshValue<Measurement>,
): void => {
  metrics.gauge('consumer_lag_records', seriesFromMeasurement, async (gauge) => {
    const { lags, unused } = await lag.latest()
    for (const series of unused.flatMap(seriesOf)) gauge.remove(series)
    for (const { group, topic, records } of lags) gauge.set({ group, topic }, records)
  })
  metrics.gauge('consumer_lag_seconds', seriesFromMeasurement, async (gauge) => {
    const { lags, unused } = await lag.latest()
    for (const series of unused.flatMap(seriesOf)) gauge.remove(series)
    for (const each of lags) gauge.set({ group: each.group, topic: each.topic }, lagSeconds(each, Date.now()))
  })
  metrics.gauge('consumer_used', { groups }, async (gauge) => {
    const unused = new Set((await lag.latest()).unused.map(({ group }) => group))
    for (const group of groups) gauge.set({ group }, unused.has(group) ? 0 : 1)
  })
  metrics.gauge('lag_measurement_age_seconds', {}, async (gauge) => {
    await lag.latest()
    gauge.set(lag.ageMs() / 1000)
  })
  metrics.gauge('consumer_lag_verdict', { groups }, async (gauge) => {
    const { lags, unused } = await lag.latest()
    for (const { group } of unused) for (const verdict of lagVerdicts) gauge.set({ group, verdict }, 0)
    for (const [group, ofGroup] of Map.groupBy(lags, (each) => each.group)) {
      const worst = Math.max(...ofGroup.map(({ verdict }) => lagVerdicts.indexOf(verdict)))
      for (const [rank, verdict] of lagVerdicts.entries())
        gauge.set({ group, verdict }, rank === worst ? 1 : 0)
    }
  })
}

const seriesOf = ({ group, topics }: Measurement['unused'][number]) =>
  topics.map((topic) => ({ group, topic }))

/** A series of these metrics appears with the first measurement of its group and topic. */
const seriesFromMeasurement: Record<'groups' | 'topics', readonly string[]> = { groups: [], topics: [] }

/**
 * Exports the number of open dead letters of each worker, and the age of the oldest.
 *
 * @param open worker → the time at which each of its open dead letters was published, in milliseconds since
 *   1970; undefined while its dead-letter topic has not been read or is missing, and there is no series then
 */
export const exportDeadLetters = (
  metrics: Metrics,
  workers: readonly string[],
  open: FollowedDeadLetters['open'],
): void => {
  metrics.gauge('dead_letters', seriesOnceRead, async (gauge) => {
    for (const consumer of workers) {
      const letters = open(consumer)
      if (letters === undefined) gauge.remove({ consumer })
      else gauge.set({ consumer }, letters.length)
    }
  })
  metrics.gauge('dead_letter_oldest_age_seconds', seriesOnceRead, async (gauge) => {
    for (const consumer of workers) {
      const letters = open(consumer)
      if (letters === undefined) {
        gauge.remove({ consumer })
        continue
      }
      const oldest = letters.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
      gauge.set({ consumer }, oldest === Number.POSITIVE_INFINITY ? 0 : (Date.now() - oldest) / 1000)
    }
  })
}

const seriesOnceRead: Record<'workers', readonly string[]> = { workers: [] }
