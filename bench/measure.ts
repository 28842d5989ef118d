import { setTimeout as sleep } from 'node:timers/promises'
import type { Load, LoadResult } from './load/load.ts'
import { type Case, nameOf, type Plan } from './plan.ts'
import type { ReceiverName } from './receiver.ts'
import type { HookToSend, RunningReceiver } from './start-receiver.ts'
import { machineUsage, usageOf } from './usage.ts'

/**
 * The figures of one receiver under one load in one turn.
 * A round has two turns, one in each order of the receivers.
 */
export interface Measured {
  receiver: ReceiverName
  load: string
  turn: number
  hooksPerSecond: number
  /** Quantiles of the time to the answer, in milliseconds. */
  p50: number
  p99: number
  p999: number
  /** CPU seconds of the receiver and its child processes per thousand hooks. */
  cpuPerThousand: number
  rssMiB: number
  /** Hooks that did not get the expected status. */
  failed: number
  /** The share of the machine's CPU time that processes outside this benchmark used, 0 to 1. */
  othersShare: number
}

/** The open loop has so many connections that a hook seldom waits for a free one. */
const openConnections = 256

/** More hooks than any receiver answers in the time: the time ends the load. */
const maxHooks = 1_000_000

/** Sends one load to one receiver. */
export const measure = async (
  { receiver, pid, url }: RunningReceiver,
  load: Load,
  hook: HookToSend,
  plan: Plan,
  kind: Case,
  turn: number,
): Promise<Measured> => {
  const before = { receiver: usageOf(pid), machine: machineUsage(), bench: usageOf(process.pid) }
  const order = { url, ...hook, maxHooks, maxSeconds: plan.seconds }
  const result = await load.send(
    kind.kind === 'closed'
      ? { ...order, connections: kind.connections }
      : { ...order, connections: openConnections, rate: kind.rate },
  )
  const after = { receiver: usageOf(pid), machine: machineUsage(), bench: usageOf(process.pid) }
  const machineSeconds = after.machine.total - before.machine.total
  const benchSeconds = after.bench.cpuSeconds - before.bench.cpuSeconds
  const othersSeconds = after.machine.busy - before.machine.busy - benchSeconds
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
    cpuPerThousand: ((after.receiver.cpuSeconds - before.receiver.cpuSeconds) / kept) * 1000,
    rssMiB: toMiB(after.receiver.rssBytes),
    failed: failedOf(result, receiver.status),
    othersShare: machineSeconds > 0 ? Math.max(0, othersSeconds / machineSeconds) : 0,
  }
}

const failedOf = ({ statuses }: LoadResult, expected: number): number =>
  Object.entries(statuses)
    .filter(([status]) => Number(status) !== expected)
    .reduce((sum, [, count]) => sum + count, 0)

const toMiB = (bytes: number): number => bytes / 1024 ** 2

/** The memory of a receiver while it receives very many hooks. */
export interface Memory {
  idleMiB: number
  hooks: number
  /** Resident memory after each tenth of the hooks. */
  afterEachTenth: number[]
}

const memoryConnections = 64

/**
 * Memory is read after each tenth of the hooks and not by
 * time, because it could grow with the number of hooks.
 */
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
