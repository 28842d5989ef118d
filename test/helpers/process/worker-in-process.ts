import type { Consumer } from '../../../consumers/consumer.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import type { Environment } from '../../../lib/config.ts'
import type { Running } from '../../../lib/lifecycle.ts'
import type { Stack } from '../servers/stack.ts'
import { readSeries } from './read-series.ts'
import { type LogLine, recordingLogger } from './recording-logger.ts'

/** A worker that runs inside the test process. */
export interface WorkerInProcess extends Running {
  lines: readonly LogLine[]
  /** The value of one series. @throws Error where the worker does not export it */
  metric(series: string): Promise<number>
  /** Status code and status of `/livez`: `200 alive`. */
  live(): Promise<string>
  /** The same for `/readyz`: `200 ready`. */
  ready(): Promise<string>
  /** Why the worker failed; undefined while it has not. */
  failedWith(): unknown
}

/** Short times, so that a test takes seconds and not minutes. */
const shortTimes = { CONSUMER_ATTEMPTS: '2', CONSUMER_SESSION_SECONDS: '6', CONSUMER_TIMEOUT_SECONDS: '5' }

export const startWorkerInProcess = async (
  stack: Pick<Stack, 'env'>,
  consumer: Consumer,
  env: Environment = {},
): Promise<WorkerInProcess> => {
  const { logger, lines } = recordingLogger()
  const running = await startWorker(consumer, { ...stack.env, ...shortTimes, ...env }, logger)
  const metricsUrl = String(lines.find(({ fields }) => fields.metrics !== undefined)?.fields.metrics)
  const probe = async (path: string) => {
    const response = await fetch(metricsUrl.replace('/metrics', path))
    return `${response.status} ${((await response.json()) as { status: string }).status}`
  }
  let failure: unknown
  running.failure.catch((error: unknown) => {
    failure = error
  })
  return {
    ...running,
    lines,
    failedWith: () => failure,
    metric: async (series) => {
      const value = await readSeries(metricsUrl, series)
      if (value === undefined) throw new Error(`the worker exports no series ${series}`)
      return value
    },
    live: () => probe('/livez'),
    ready: () => probe('/readyz'),
  }
}
