import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { choosePorts } from '../local/ports.ts'
import type { Load } from './load/load.ts'
import type { Plan } from './plan.ts'
import type { Receiver } from './receivers.ts'
import { type HookToSend, startReceiver } from './start-receiver.ts'

/** How a backlog in the spool goes down while hooks keep arriving. */
export interface Drained {
  /** Hooks in the spool when Kafka was there again. */
  backlog: number
  /** Hooks a second, while it lasted. */
  arriving: number
  drained: number
}

export interface DrainOptions {
  /** It cannot reach Kafka. */
  filling: Receiver
  /** It can. */
  draining: Receiver
  load: Load
  hook: HookToSend
  plan: Plan
  dataDir: string
}

const connections = 64

/** An outage, and what comes after: one receiver leaves its spool to the next, which empties it under load. */
export const measureDrain = async ({
  filling,
  draining,
  load,
  hook,
  plan,
  dataDir,
}: DrainOptions): Promise<Drained> => {
  const spoolDir = await mkdtemp(join(dataDir, 'drain-'))
  const { ports, release } = await choosePorts(
    { metrics: { variable: 'METRICS_PORT', preferred: 0 } },
    () => {},
  )
  await release()
  const withSpool = (receiver: Receiver): Receiver => ({
    ...receiver,
    env: (port, folder) => ({
      ...receiver.env(port, folder),
      INGRESS_SPOOL_DIR: spoolDir,
      METRICS_PORT: String(ports.metrics),
    }),
  })
  const { hooks, limitSeconds } = plan.drain

  const down = await startReceiver(withSpool(filling), hook, dataDir)
  await load
    .send({ url: down.url, ...hook, connections, maxHooks: hooks, maxSeconds: limitSeconds })
    .finally(() => down.stop())

  // While the spool holds anything, new hooks follow through it: 202.
  const up = await startReceiver({ ...withSpool(draining), status: filling.status }, hook, dataDir)
  try {
    const backlog = await spooledInAll(ports.metrics)
    const started = performance.now()
    const sending = load.send({
      url: up.url,
      ...hook,
      connections,
      rate: plan.rate,
      maxHooks: plan.rate * limitSeconds,
      maxSeconds: limitSeconds,
    })
    let left = backlog
    let seconds = 0
    while (left > 0 && seconds < limitSeconds) {
      await sleep(100)
      left = await spooled(ports.metrics)
      seconds = (performance.now() - started) / 1000
    }
    const { answered, seconds: sent } = await sending
    const arriving = answered / sent
    return { backlog, arriving, drained: (backlog - left) / seconds + arriving }
  } finally {
    await up.stop()
  }
}

/** Hooks that waited when it was started, which it counts before it takes any. */
const spooledInAll = async (metricsPort: number): Promise<number> => {
  let counted = await spooled(metricsPort)
  for (let before = -1; counted > before; counted = await spooled(metricsPort)) {
    before = counted
    await sleep(20)
  }
  return counted
}

/** Hooks that wait in the spool now. An ingress takes hooks before it has found Kafka, and tells of itself after. */
const spooled = async (metricsPort: number): Promise<number> => {
  const text = await answerOf(`http://127.0.0.1:${metricsPort}/metrics`)
  const value = /^gitlab_bridge_ingress_spool_records (\d+)$/m.exec(text)?.[1]
  if (value === undefined) throw new Error('the ingress does not say what its spool holds')
  return Number(value)
}

const answerOf = async (url: string, patience = 100): Promise<string> => {
  try {
    return await (await fetch(url)).text()
  } catch (error) {
    if (patience === 0) throw error
    await sleep(100)
    return answerOf(url, patience - 1)
  }
}
