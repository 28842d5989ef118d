import { setTimeout as sleep } from 'node:timers/promises'
import type { Load, LoadResult } from './load/load.ts'
import { type Case, nameOf, type Plan } from './plan.ts'
import type { ReceiverName } from './receivers.ts'
import type { HookToSend, RunningReceiver } from './start-receiver.ts'
import { machineUsage, usageOf } from './usage.ts'

/** What one receiver did under one load in one turn: there, or back, in a round. */
export interface Measured {
  receiver: ReceiverName
  load: string
  turn: number
  hooksPerSecond: number
  p50: number
  p99: number
  p999: number
  /** CPU seconds of the receiver, its children included, per thousand hooks. */
  cpuPerThousand: number
  rssMiB: number
  /** Hooks that were not answered as they should have been. */
  failed: number
  /** Of the machine's CPU time, what was used by processes that have nothing to do with us. */
  othersShare: number
}

/** Connections of the open loop: so many that a hook seldom waits for one. */
const openConnections = 256

/** More than any receiver answers in the time. */
const maxHooks = 1_000_000

/** Puts one load on one receiver. */
export const measure = async (
  { receiver, pid, url }: RunningReceiver,
  load: Load,
  hook: HookToSend,
  plan: Plan,
  kind: Case,
  turn: number,
): Promise<Measured> => {
  const ourselves = process.pid
  const [before, machineBefore, oursBefore] = [usageOf(pid), machineUsage(), usageOf(ourselves)]
  const order = { url, ...hook, maxHooks, maxSeconds: plan.seconds }
  const result = await load.send(
    kind.kind === 'closed'
      ? { ...order, connections: kind.connections }
      : { ...order, connections: openConnections, rate: kind.rate },
  )
  const [after, machineAfter, oursAfter] = [usageOf(pid), machineUsage(), usageOf(ourselves)]
  const machine = machineAfter.total - machineBefore.total
  const others = machineAfter.busy - machineBefore.busy - (oursAfter.cpuSeconds - oursBefore.cpuSeconds)
  const kept = result.statuses[receiver.status] ?? 0
  await sleep(100)
  return {
    receiver: receiver.name,
    load: nameOf(kind),
    turn,
    hooksPerSecond: kept / result.seconds,
    p50: result.p50,
    p99: result.p99,
    p999: result.p999,
    cpuPerThousand: ((after.cpuSeconds - before.cpuSeconds) / kept) * 1000,
    rssMiB: toMiB(after.rssBytes),
    failed: failedOf(result, receiver.status),
    othersShare: machine > 0 ? Math.max(0, others / machine) : 0,
  }
}

const failedOf = ({ statuses }: LoadResult, right: number): number =>
  Object.entries(statuses).reduce((sum, [status, count]) => sum + (Number(status) === right ? 0 : count), 0)

const toMiB = (bytes: number): number => bytes / 1024 ** 2

/** A receiver's memory while it takes very many hooks. */
export interface Memory {
  idleMiB: number
  hooks: number
  /** After each tenth of the hooks. */
  afterEachTenth: number[]
}

const memoryConnections = 64

/** Tenths, not seconds: what counts is how memory grows with hooks. */
export const watchMemory = async (
  { pid, url }: RunningReceiver,
  load: Load,
  hook: HookToSend,
  plan: Plan,
): Promise<Memory> => {
  const rss = () => toMiB(usageOf(pid).rssBytes)
  const { hooks, limitSeconds } = plan.memory
  const memory: Memory = { idleMiB: rss(), hooks: 0, afterEachTenth: [] }
  const deadline = Date.now() + limitSeconds * 1000
  while (memory.hooks < hooks && Date.now() < deadline) {
    const maxSeconds = (deadline - Date.now()) / 1000
    const { answered } = await load.send({
      url,
      ...hook,
      connections: memoryConnections,
      maxHooks: hooks / 10,
      maxSeconds,
    })
    memory.hooks += answered
    memory.afterEachTenth.push(rss())
  }
  return memory
}
