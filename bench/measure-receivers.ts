import { readFile } from 'node:fs/promises'
import { type Drained, measureDrain } from './drain.ts'
import type { Load } from './load/load.ts'
import { type Measured, type Memory, measure, watchMemory } from './measure.ts'
import { type Case, nameOf, type Plan } from './plan.ts'
import type { Receiver } from './receiver.ts'
import type { Servers } from './servers.ts'
import { type HookToSend, headersOf, type RunningReceiver, startReceiver } from './start-receiver.ts'

export interface Bench {
  receivers: readonly Receiver[]
  plan: Plan
  servers: Servers
  load: Load
  printProgress(line: string): void
}

export interface MeasuredReceivers {
  measured: readonly Measured[]
  /** undefined where no receiver was chosen. */
  memory: Memory | undefined
  /** undefined where the ingress with Kafka or the ingress without it was not chosen. */
  drained: Drained | undefined
  /** The names of the loads, in the order of the table. */
  loads: readonly string[]
}

/** Measures all receivers under all loads, then the memory of the first receiver and the drain of a spool. */
export const measureReceivers = async (bench: Bench): Promise<MeasuredReceivers> => {
  const { receivers, plan, servers, load, printProgress } = bench
  const hook: HookToSend = {
    headers: headersOf(await readFixture('push.headers')),
    body: await readFixture('push.json'),
  }
  const cases: Case[] = [
    ...plan.connections.map((connections): Case => ({ kind: 'closed', connections })),
    { kind: 'open', rate: plan.rate },
  ]

  const measured: Measured[] = []
  for (let round = 1; round <= plan.rounds; round++) {
    printProgress(`Round ${round} of ${plan.rounds}.`)
    measured.push(...(await playRound(bench, hook, cases, round)))
  }

  const [first] = receivers
  if (first) printProgress(`Watching the memory of ${first.name}.`)
  const memory = first && (await measureMemory(bench, first, hook))

  const draining = receivers.find(({ name }) => name === 'ours')
  const filling = receivers.find(({ name }) => name === 'spool')
  const canDrain = draining !== undefined && filling !== undefined
  if (canDrain) printProgress('Draining a spool.')
  const drained = canDrain
    ? await measureDrain({ filling, draining, load, hook, plan, dataDir: servers.dataDir })
    : undefined
  return { measured, memory, drained, loads: cases.map(nameOf) }
}

const readFixture = (name: string) => readFile(new URL(`../test/fixtures/${name}`, import.meta.url), 'utf8')

/**
 * Starts all receivers anew and measures them under each
 * load, first in one order and then in the reverse order.
 * A machine that becomes slower or faster during a round so affects all receivers alike.
 */
const playRound = async (
  { receivers, plan, servers, load }: Bench,
  hook: HookToSend,
  cases: readonly Case[],
  round: number,
): Promise<Measured[]> => {
  const running: RunningReceiver[] = []
  try {
    for (const receiver of receivers) running.push(await startReceiver(receiver, hook, servers.dataDir))
    for (const receiver of running) await warmUp(receiver, load, hook, plan)
    const results: Measured[] = []
    for (const kind of cases) {
      for (const [direction, order] of [running, running.toReversed()].entries()) {
        const taking = order.filter(({ receiver }) => receiver.takes(kind))
        const turn = 2 * round + direction
        for (const receiver of taking) results.push(await measure(receiver, load, hook, plan, kind, turn))
      }
    }
    return results
  } finally {
    await Promise.all(running.map((receiver) => receiver.stop()))
    await servers.empty()
  }
}

/** The receiver runs alone, so that its processor time is not shared. */
const measureMemory = async (
  { plan, servers, load }: Bench,
  receiver: Receiver,
  hook: HookToSend,
): Promise<Memory> => {
  const running = await startReceiver(receiver, hook, servers.dataDir)
  try {
    return await watchMemory(running, load, hook, plan)
  } finally {
    await running.stop()
  }
}

const warmUp = async ({ url }: RunningReceiver, load: Load, hook: HookToSend, plan: Plan): Promise<void> => {
  const { hooks, limitSeconds } = plan.warmUp
  await load.send({ url, ...hook, connections: 32, maxHooks: hooks, maxSeconds: limitSeconds })
}
