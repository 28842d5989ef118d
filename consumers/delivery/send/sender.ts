import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { takeLanes } from '../outbox/lanes.ts'
import type { OutboxStore } from '../outbox/store.ts'
import { upkeep } from '../outbox/upkeep.ts'
import type { Destination } from '../routes/destination.ts'
import type { Courier } from './courier.ts'
import { leaseMsOf, sendLane } from './lane-sender.ts'
import type { DeliveryMetrics } from './metrics.ts'
import type { Outbounds } from './outbounds.ts'
import type { ReadBackParts } from './read-back.ts'

export interface SenderOptions {
  store: OutboxStore
  courier: Courier
  outbounds: Outbounds
  metrics: DeliveryMetrics
  stored: ReadBackParts
  logger: Logger
  destinations(): ReadonlyMap<string, Destination>
}

export interface Sender {
  /** Looks for messages now, because some were added. */
  wake(): void
  stop(): Promise<void>
}

const pollMs = 500
const upkeepMs = 60_000
/** How many queues one process sends from at the same time. */
const maxLanes = 32
/** How long a running request may take after a stop. */
const stopMs = 5000

/** Starts to send what the outbox holds, each queue by itself, until it is stopped. */
export const startSender = (options: SenderOptions): Sender => {
  const { store, logger, destinations } = options
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`
  const [stopping, aborting] = [new AbortController(), new AbortController()]
  const running = new Set<Promise<void>>()
  let nudge = new AbortController()
  let problem: string | undefined
  const parts = {
    ...options,
    destinationOf: (name: string) => destinations().get(name),
    stopping: stopping.signal,
    aborting: aborting.signal,
  }
  /** A failure of ours, such as a database that does not answer, is logged once. */
  const reportFailure = (error: unknown) => {
    const message = messageOf(error)
    if (message !== problem) logger.warn('messages cannot be sent now', { error: message })
    problem = message
  }
  const poll = async () => {
    const all = [...destinations().values()]
    const longest = Math.max(0, ...all.map(({ timeout_seconds }) => timeout_seconds * 1000))
    const names = all.map(({ name }) => name)
    const free = maxLanes - running.size
    if (free === 0 || names.length === 0) return
    for (const lease of await takeLanes(store, owner, names, leaseMsOf(longest), free)) {
      const sending = sendLane(parts, lease)
        .catch(reportFailure)
        .finally(() => running.delete(sending))
      running.add(sending)
    }
    problem = undefined
  }
  let nextUpkeep = 0
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await poll().catch(reportFailure)
      if (Date.now() >= nextUpkeep) {
        nextUpkeep = Date.now() + upkeepMs
        await upkeep(store).catch(reportFailure)
      }
      await sleep(pollMs, undefined, { signal: AbortSignal.any([nudge.signal, stopping.signal]) }).catch(
        () => undefined,
      )
      nudge = new AbortController()
    }
  }
  const ended = loop()
  return {
    wake: () => nudge.abort(),
    stop: async () => {
      stopping.abort()
      await ended
      const timer = setTimeout(() => aborting.abort(), stopMs)
      await Promise.allSettled(running)
      clearTimeout(timer)
    },
  }
}
