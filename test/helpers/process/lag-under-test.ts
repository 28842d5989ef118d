import { startLagExporter } from '../../../cli/lag-exporter/lag-exporter.ts'
import type { Consumer } from '../../../consumers/consumer.ts'
import type { Stack } from '../servers/stack.ts'
import { recordingLogger } from './recording-logger.ts'

export interface LagUnderTest {
  /** Of a series, without prefix: `dead_letters{consumer="…"}`; NaN where there is none. */
  value(series: string): Promise<number>
  /** `consumer_lag_seconds` or `consumer_lag_records` of a worker on a topic, as scraped this moment; NaN where there is no such series. */
  lag(metric: 'seconds' | 'records', worker: string, topic: string): Promise<number>
  /** Which verdict it gives a worker. */
  verdict(worker: string): Promise<string | undefined>
  stop(): Promise<void>
}

/** Starts a lag exporter in this process, which calls a worker stalled after three seconds. */
export const startLagHere = async (stack: Stack, workers: readonly Consumer[]): Promise<LagUnderTest> => {
  const { logger, lines } = recordingLogger()
  const exporter = await startLagExporter({ ...stack.env, LAG_STALL_SECONDS: '3' }, logger, workers)
  const url = String(lines.find(({ message }) => message === 'exporting lag')?.fields.metrics)
  const scrape = async () => (await (await fetch(url)).text()).split('\n')
  const numberIn = (line: string | undefined) => Number(line?.split(' ').at(-1))
  const value = async (series: string) =>
    numberIn((await scrape()).find((line) => line.startsWith(`gitlab_bridge_${series} `)))
  return {
    value,
    lag: (metric, worker, topic) =>
      value(`consumer_lag_${metric}{group="${stack.names.group(worker)}",topic="${topic}"}`),
    verdict: async (worker) => {
      const series = `gitlab_bridge_consumer_lag_verdict{group="${stack.names.group(worker)}",verdict="`
      const line = (await scrape()).find(
        (candidate) => candidate.startsWith(series) && numberIn(candidate) === 1,
      )
      return line === undefined ? undefined : /verdict="(\w+)"/.exec(line)?.[1]
    },
    stop: exporter.stop,
  }
}
