import { startLagExporter } from '../../../cli/lag-exporter/lag-exporter.ts'
import { lagVerdicts } from '../../../cli/lag-meter/verdict.ts'
import type { Consumer } from '../../../consumers/consumer.ts'
import type { Stack } from '../servers/stack.ts'
import { readAllSeries, readSeries } from './read-series.ts'
import { recordingLogger } from './recording-logger.ts'

export interface LagExporterInProcess {
  /** The value of a series, without our prefix: `dead_letters{consumer="…"}`; NaN where there is none. */
  value(series: string): Promise<number>
  /** The lag of a worker on a topic, up to half a second old; NaN where there is no such series. */
  lag(unit: 'seconds' | 'records', worker: string, topic: string): Promise<number>
  /** The verdict on a worker; undefined before the first measurement. */
  verdict(worker: string): Promise<string | undefined>
  stop(): Promise<void>
}

/**
 * Starts a lag exporter inside the test process. It calls a worker stalled after three seconds.
 *
 * @param named the workers that BRIDGE_WORKERS names: by default all of them, so that each is measured also
 *   before it has run
 */
export const startLagExporterInProcess = async (
  stack: Stack,
  workers: readonly Consumer[],
  named = workers,
): Promise<LagExporterInProcess> => {
  const { logger, lines } = recordingLogger()
  const BRIDGE_WORKERS = named.map(({ name }) => name).join(',')
  const env = { ...stack.env, LAG_STALL_SECONDS: '3', BRIDGE_WORKERS }
  const exporter = await startLagExporter(env, logger, workers)
  const url = String(lines.find(({ fields }) => fields.metrics !== undefined)?.fields.metrics)
  const value = async (series: string) => (await readSeries(url, series)) ?? Number.NaN
  return {
    value,
    lag: (unit, worker, topic) =>
      value(`consumer_lag_${unit}{group="${stack.names.group(worker)}",topic="${topic}"}`),
    verdict: async (worker) => {
      const group = stack.names.group(worker)
      const series = await readAllSeries(url)
      return lagVerdicts.find(
        (verdict) => series.get(`consumer_lag_verdict{group="${group}",verdict="${verdict}"}`) === 1,
      )
    },
    stop: exporter.stop,
  }
}
