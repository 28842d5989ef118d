import { setTimeout as sleep } from 'node:timers/promises'
import { withTrace } from '../http/with-trace.ts'
import { type DestinationState, readDestinations } from '../outbox/destination-state.ts'
import { type Lease, releaseLease, renewLease } from '../outbox/lanes.ts'
import { type OpenMessage, readOpenMessages } from '../outbox/open-messages.ts'
import { readSentBefore } from '../outbox/sent-before.ts'
import { markSending, settleFailed, settleSent, settleUnsent } from '../outbox/settle.ts'
import type { OutboxStore } from '../outbox/store.ts'
import type { Destination } from '../routes/destination.ts'
import type { Attempt, Courier, Plan } from './courier.ts'
import type { DeliveryMetrics } from './metrics.ts'
import type { Outbounds } from './outbounds.ts'
import { type ReadBackParts, readBack } from './read-back.ts'
import { waitAfter } from './wait-after.ts'

export interface LaneSenderParts {
  store: OutboxStore
  courier: Courier
  outbounds: Outbounds
  metrics: DeliveryMetrics
  stored: ReadBackParts
  /** The settings of a destination now; undefined if the routes no longer name it. */
  destinationOf(name: string): Destination | undefined
  /** Aborted when nothing new must be sent. */
  stopping: AbortSignal
  /** Aborted when a running request must end. */
  aborting: AbortSignal
}

/** How long a lease is valid beyond the longest request. */
const spareMs = 30_000
/** How long a queue waits after a failure of ours, such as brokers that do not answer. */
const failureMs = 5000

export const leaseMsOf = (requestMs: number): number => requestMs + spareMs

/** Sends what one queue holds, oldest first, until it is empty, fails, or belongs to somebody else. */
export const sendLane = async (parts: LaneSenderParts, first: Lease): Promise<void> => {
  let lease = first
  for (;;) {
    const round = await sendNext(parts, lease).catch(async (error: unknown) => {
      // The failure is ours. Without this, the queue would wait until the lease expires.
      await releaseLease(parts.store, lease, { untilMs: Date.now() + failureMs }).catch(() => undefined)
      throw error
    })
    if (round === 'lost') return
    if (round !== 'more') return releaseLease(parts.store, lease, round)
    const destination = parts.destinationOf(lease.destination)
    if (destination === undefined || parts.stopping.aborted)
      return releaseLease(parts.store, lease, 'waiting')
    const intervalMs = parts.courier.intervalMs(destination)
    await sleep(intervalMs, undefined, { signal: parts.stopping }).catch(() => undefined)
    const renewed = await renewLease(
      parts.store,
      lease,
      leaseMsOf(destination.timeout_seconds * 1000 + intervalMs),
    )
    if (renewed === undefined) return
    lease = renewed
  }
}

/** `lost`: somebody else has the lease, so that nothing may be written for it. */
type Round = 'more' | 'lost' | 'empty' | 'waiting' | { untilMs: number }

const sendNext = async (parts: LaneSenderParts, lease: Lease): Promise<Round> => {
  const { store, courier, outbounds, metrics, stopping, aborting } = parts
  const destination = parts.destinationOf(lease.destination)
  const state = (await readDestinations(store)).find((each) => each.destination === lease.destination)
  if (destination === undefined || state === undefined || stopping.aborted) return 'waiting'
  const now = Date.now()
  if (state.state !== 'active') return 'waiting'
  if (state.retryAt !== undefined && state.retryAt > now) return { untilMs: state.retryAt }
  const open = await readOpenMessages(store, lease, courier.window)
  if (open.length === 0) return 'empty'
  const messages = await readBack(parts.stored, destination.name, open)
  const sentBefore = (mergeKey: string) => readSentBefore(store, destination.name, mergeKey)
  const context = { destination, now, digestUpTo: state.digestUpTo, sentBefore }
  const plan = await courier.plan(messages, context)
  if (plan === undefined) return { untilMs: firstReady(messages, now) }
  if (!plan.readsFirst) countRepeats(metrics, destination.name, plan, messages)
  if (!(await markSending(store, lease, plan.ids))) return 'lost'
  const outbound = withTrace(outbounds.of(destination), traceOf(plan, messages))
  const attempt = await plan.send(outbound, aborting)
  // The outcome is unknown. The message stays `sending`, so that the next sender knows it.
  if (aborting.aborted && attempt.result === 'retry') return 'waiting'
  metrics.countAttempt(destination.name, attempt.result)
  return (await settle(parts, lease, { destination, state, plan, messages }, attempt)) ? 'more' : 'lost'
}

/** The trace of the first message that a request carries: one header cannot name several. */
const traceOf = ({ ids }: Plan, messages: readonly OpenMessage[]): string | undefined =>
  messages.find(({ id }) => ids.includes(id))?.origin.traceparent

const firstReady = (messages: readonly OpenMessage[], now: number): number =>
  Math.min(...messages.map(({ heldUntil }) => heldUntil ?? now + 1000))

/** A message whose earlier attempt has an unknown outcome may now arrive a second time. */
const countRepeats = (
  metrics: DeliveryMetrics,
  destination: string,
  { ids }: Plan,
  messages: readonly OpenMessage[],
) => {
  const repeats = messages.filter(({ id, state }) => state === 'sending' && ids.includes(id))
  if (repeats.length > 0) metrics.countRepeats(destination, repeats.length)
}

interface Sent {
  destination: Destination
  state: DestinationState
  plan: Plan
  messages: readonly OpenMessage[]
}

const settle = async (
  { store, courier, metrics }: LaneSenderParts,
  lease: Lease,
  { destination, state, plan, messages }: Sent,
  attempt: Attempt,
): Promise<boolean> => {
  const { ids, sentAs } = plan
  if (attempt.result === 'sent') {
    const { remoteId, answer } = attempt
    metrics.countSettled(destination.name, sentAs, ids.length)
    return settleSent(store, lease, ids, { sentAs, remoteId, answer })
  }
  if (attempt.result === 'unknown_target') {
    metrics.countSettled(destination.name, 'unknown_target', ids.length)
    return settleUnsent(store, lease, ids, 'discarded', attempt.answer)
  }
  const oldest = Math.min(
    ...messages.filter(({ id }) => ids.includes(id)).map(({ firstAttempt }) => firstAttempt ?? Date.now()),
  )
  if (attempt.result === 'refused' || Date.now() - oldest > courier.giveUpAfterMs(destination)) {
    metrics.countSettled(destination.name, 'dead_lettered', ids.length)
    return settleUnsent(store, lease, ids, 'dead', attempt.answer)
  }
  const waitMs = waitAfter(state.failures + 1, attempt.retryAfterMs)
  return settleFailed(store, lease, ids, { answer: attempt.answer, waitMs })
}
