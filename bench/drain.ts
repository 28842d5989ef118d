import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import type { Load } from './load/load.ts'
import type { Plan } from './plan.ts'
import type { Receiver } from './receiver.ts'
import { type HookToSend, startReceiver } from './start-receiver.ts'

/** How fast a backlog in the spool is drained while hooks keep arriving. */
export interface Drained {
  /** Hooks in the spool when Kafka became available again. */
  backlog: number
  /** Hooks that arrived, per second. */
  arriving: number
  /** Hooks that were drained, per second: those of the backlog and those that arrived meanwhile. */
  drained: number
}

export interface DrainOptions {
  /** An ingress that cannot reach Kafka: it fills the spool. */
  filling: Receiver
  /** An ingress that reaches Kafka: it drains the spool. */
  draining: Receiver
  load: Load
  hook: HookToSend
  plan: Plan
  dataDir: string
}

const connections = 64

/**
 * Plays an outage of Kafka: one ingress fills a spool and stops, the next one drains it while hooks arrive.
 */
export const measureDrain = async (options: DrainOptions): Promise<Drained> => {
  const spoolDir = await mkdtemp(join(options.dataDir, 'drain-'))
  const metricsPort = await freePort()
  const withSpool = (receiver: Receiver): Receiver => ({
    ...receiver,
    env: (port, folder) => ({
      ...receiver.env(port, folder),
      INGRESS_SPOOL_DIR: spoolDir,
      METRICS_PORT: String(metricsPort),
    }),
    // Until the spool is empty, new hooks are spooled too,
    // so the draining ingress answers like the filling one.
    status: options.filling.status,
  })
  await fillSpool(withSpool(options.filling), options)
  return drainSpool(withSpool(options.draining), metricsPort, options)
}

const fillSpool = async (receiver: Receiver, { load, hook, plan, dataDir }: DrainOptions): Promise<void> => {
  const { hooks, limitSeconds } = plan.drain
  const running = await startReceiver(receiver, hook, dataDir)
  await load
    .send({ url: running.url, ...hook, connections, maxHooks: hooks, maxSeconds: limitSeconds })
    .finally(() => running.stop())
}

const drainSpool = async (
  receiver: Receiver,
  metricsPort: number,
  { load, hook, plan, dataDir }: DrainOptions,
): Promise<Drained> => {
  const { rate } = plan
  const { limitSeconds } = plan.drain
  const running = await startReceiver(receiver, hook, dataDir)
  try {
    const backlog = await readBacklog(metricsPort)
    const startedAt = performance.now()
    const maxHooks = rate * limitSeconds
    const order = { url: running.url, ...hook, connections, rate, maxHooks, maxSeconds: limitSeconds }
    const sending = load.send(order)
    let left = backlog
    let seconds = 0
    while (left > 0 && seconds < limitSeconds) {
      await sleep(100)
      left = await readSpooled(metricsPort)
      seconds = (performance.now() - startedAt) / 1000
    }
    const sent = await sending
    const arriving = sent.answered / sent.seconds
    return { backlog, arriving, drained: (backlog - left) / seconds + arriving }
  } finally {
    await running.stop()
  }
}

/**
 * Hooks that waited when the ingress started.
 * It counts them segment by segment, so the figure rises at first.
 */
const readBacklog = async (metricsPort: number): Promise<number> => {
  let counted = await readSpooled(metricsPort)
  for (let before = -1; counted > before; counted = await readSpooled(metricsPort)) {
    before = counted
    await sleep(20)
  }
  return counted
}

/** Hooks that wait in the spool now. */
const readSpooled = async (metricsPort: number): Promise<number> => {
  const text = await fetchText(`http://127.0.0.1:${metricsPort}/metrics`)
  const value = /^gitlab_bridge_ingress_spool_records (\d+)$/m.exec(text)?.[1]
  if (value === undefined)
    throw new Error('/metrics of the ingress has no gitlab_bridge_ingress_spool_records')
  return Number(value)
}

/**
 * An ingress accepts hooks before it has found Kafka, and serves its metrics only afterwards:
 * so this waits for them.
 */
const fetchText = async (url: string, attempts = 100): Promise<string> => {
  try {
    return await (await fetch(url)).text()
  } catch (error) {
    if (attempts === 0) throw error
    await sleep(100)
    return fetchText(url, attempts - 1)
  }
}
