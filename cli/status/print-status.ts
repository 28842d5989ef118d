import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { type Lag, lagSeconds } from '../lag-meter/lag-meter.ts'
import { lagText, notUsedText } from '../lag-meter/lag-text.ts'
import { measureGroups } from '../lag-meter/measure-groups.ts'
import { type LagVerdict, lagVerdicts } from '../lag-meter/verdict.ts'

/** How one worker is doing, over all its topics. */
interface WorkerStatus {
  worker: string
  /** The worst verdict of its topics; undefined if the worker is not used. */
  verdict: LagVerdict | undefined
  records: number
  oldest: number | null
  missing?: NonNullable<Lag['missing']>
}

/** @throws UsageError if none of the topics exists */
export const printStatus = async (
  env: Environment,
  form: 'text' | 'json',
  print: (line: string) => void,
  workers = consumers,
): Promise<void> => {
  const { lags, names } = await measureGroups(env, 'status', workers)
  const now = Date.now()
  for (const { name } of workers) {
    const group = names.group(name)
    const status = statusOf(
      name,
      lags.filter((lag) => lag.group === group),
    )
    print(form === 'json' ? JSON.stringify(rowOf(status, now)) : textOf(status, now))
  }
}

/** @param lags of the topics of the worker; none if it is not used */
const statusOf = (worker: string, lags: readonly Lag[]): WorkerStatus => {
  const worst = Math.max(-1, ...lags.map(({ verdict }) => lagVerdicts.indexOf(verdict)))
  const missing = lags.find((lag) => lag.missing !== undefined)?.missing
  const times = lags.flatMap(({ oldest }) => (oldest === null ? [] : [oldest]))
  return {
    worker,
    verdict: lagVerdicts[worst],
    records: lags.reduce((sum, { records }) => sum + records, 0),
    oldest: times.length === 0 ? null : Math.min(...times),
    ...(missing !== undefined && { missing }),
  }
}

const rowOf = (status: WorkerStatus, now: number) => {
  const { worker, verdict, records } = status
  if (verdict === undefined) return { worker, verdict: null, lag_records: null, lag_seconds: null }
  return { worker, verdict, lag_records: records, lag_seconds: lagSeconds(status, now) }
}

const textOf = (status: WorkerStatus, now: number): string => {
  const worker = status.worker.padEnd(18)
  if (status.verdict === undefined) return notUsedText(worker)
  return `${status.verdict.padEnd(8)} ${worker}  ${lagText(status, now)}`
}
