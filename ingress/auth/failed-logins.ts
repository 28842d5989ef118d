import type { IncomingMessage } from 'node:http'
import { type TurnedAway, throttled } from '../outcome.ts'
import { senderOf } from './address.ts'

/**
 * Counts wrong credentials by address, to slow down guessing. Valid credentials are never counted or refused.
 */
export interface FailedLogins {
  /** Counts one failure. @returns whether the address has exceeded its limit for the current minute */
  add(address: string): 'few' | 'too_many'
  /** Whether the address has exceeded its limit for the current minute. */
  hasTooMany(address: string): boolean
}

const windowMs = 60_000

/**
 * How many addresses are remembered. Beyond that, the one without a failure for the longest time is
 * forgotten.
 */
const maxAddresses = 10_000

/**
 * @param perMinute how many failures an address may have in a minute
 * @param now milliseconds, of any clock
 */
export const createFailedLogins = (perMinute: number, now: () => number): FailedLogins => {
  const windows = new Map<string, { startedAt: number; failures: number }>()
  const windowOf = (address: string) => {
    const known = windows.get(address)
    const isCurrent = known !== undefined && now() - known.startedAt < windowMs
    return isCurrent ? known : { startedAt: now(), failures: 0 }
  }
  return {
    add: (address) => {
      const window = windowOf(address)
      window.failures += 1
      // A map keeps the order of insertion: the address moves to the end.
      windows.delete(address)
      windows.set(address, window)
      if (windows.size > maxAddresses) windows.delete(windows.keys().next().value ?? '')
      return window.failures > perMinute ? 'too_many' : 'few'
    },
    hasTooMany: (address) => windows.has(address) && windowOf(address).failures > perMinute,
  }
}

/**
 * Counts refusals as failures of their address. A refusal of credentials turns into 429 if the address has
 * exceeded its limit. Other refusals stay as they are.
 */
export type Throttle = (request: IncomingMessage, refusal: TurnedAway) => TurnedAway

export const createThrottle =
  (failedLogins: FailedLogins, trustedProxies: number): Throttle =>
  (request, refusal) => {
    if (!isFailure[refusal.kind]) return refusal
    const failures = failedLogins.add(senderOf(request, trustedProxies))
    if (failures === 'few' || refusal.kind !== 'unauthenticated') return refusal
    return throttled('this address has sent too many wrong credentials: try again in a minute')
  }

/**
 * Which refusals are failures. A sender that never completes a body never shows whether its signature is
 * right, so it is treated like a sender with a wrong one.
 */
const isFailure: Readonly<Record<TurnedAway['kind'], boolean>> = {
  unauthenticated: true,
  too_slow: true,
  aborted: true,
  unavailable: true,
  too_large: false,
  forbidden: false,
  throttled: false,
}
