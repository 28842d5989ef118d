import type { Consumer } from '../../consumers/consumer.ts'
import type { Names } from '../../schemas/topics.ts'
import { type Lag, lagSeconds, type Measurement } from '../lag-meter/lag-meter.ts'
import { lagVerdicts } from '../lag-meter/verdict.ts'
import type { WorkerRow } from './rows.ts'

/**
 * One row for each worker, with the worst verdict of its topics.
 *
 * @param now milliseconds since 1970
 */
export const workerRows = (
  { lags }: Measurement,
  workers: readonly Pick<Consumer, 'name'>[],
  names: Pick<Names, 'group'>,
  now: number,
): WorkerRow[] => workers.map(({ name }) => rowOf(name, lagsOf(lags, names.group(name)), now))

const lagsOf = (lags: readonly Lag[], group: string) => lags.filter((lag) => lag.group === group)

/** @param lags of the topics of the worker; none if it is not used */
const rowOf = (worker: string, lags: readonly Lag[], now: number): WorkerRow => {
  const worst = lagVerdicts[Math.max(-1, ...lags.map(({ verdict }) => lagVerdicts.indexOf(verdict)))]
  if (worst === undefined)
    return { part: 'worker', worker, verdict: null, lag_records: null, lag_seconds: null }
  const times = lags.flatMap(({ oldest }) => (oldest === null ? [] : [oldest]))
  return {
    part: 'worker',
    worker,
    verdict: worst,
    lag_records: lags.reduce((sum, { records }) => sum + records, 0),
    lag_seconds: lagSeconds({ oldest: times.length === 0 ? null : Math.min(...times) }, now),
  }
}
