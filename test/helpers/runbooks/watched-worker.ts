import type { TestContext } from 'node:test'
import type { Environment } from '../../../lib/config.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'
import { pushConsumer } from '../process/push-consumer.ts'
import { startWorkerInProcess, type WorkerInProcess } from '../process/worker-in-process.ts'
import { openStack, type Stack } from '../servers/stack.ts'
import { onePartition, watch } from './own-ingress.ts'
import type { Watched } from './page-case.ts'

/** The worker that is broken. Only its name counts: each case gives it the handler that it needs. */
export const worker = 'push-author-log'

export interface WatchedWorker {
  stack: Stack
  /** The variables of an operator. */
  env: Environment
  /** The lag exporter. It calls a worker stalled after three seconds. */
  exporter: Watched
  /** What placeholders stand for. */
  values: { worker: string; group: string; topic: string }
}

export const openWatchedWorker = async (name: string): Promise<WatchedWorker> => {
  const stack = await openStack(name)
  await stack.setUp(onePartition)
  const env = { ...stack.env, ...onePartition, DATABASE_URL: stack.databaseUrl, BRIDGE_WORKERS: worker }
  const exporter = await stack.startReady(['lag-exporter'], { ...env, LAG_STALL_SECONDS: '3' })
  const values = { worker, group: stack.names.group(worker), topic: stack.names.topic('push') }
  return { stack, env, exporter: watch(exporter), values }
}

/** Does nothing with a record, and succeeds. */
export const succeed = async (): Promise<void> => undefined

/** Starts the worker with this handler. It is stopped after the test, unless the test stops it. */
export const startWorker = async (
  { stack }: WatchedWorker,
  t: TestContext,
  handle: (record: RecordOf<'push'>) => Promise<unknown> = succeed,
  env: Environment = {},
): Promise<WorkerInProcess> => {
  const consumer = pushConsumer(worker, async (record) => void (await handle(record)))
  const running = await startWorkerInProcess(stack, consumer, env)
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  t.after(() => stop().catch(() => undefined))
  return { ...running, stop }
}

export const watchWorker = ({ lines }: WorkerInProcess): Watched => ({
  metricsUrl: String(lines.find(({ fields }) => fields.metrics !== undefined)?.fields.metrics),
  log: () => lines.map((line) => JSON.stringify(line)).join('\n'),
})
