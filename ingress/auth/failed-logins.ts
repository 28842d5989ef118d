import type { IncomingMessage } from 'node:http'
import { type TurnedAway, throttled } from '../outcome.ts'
import { addressOf } from './address.ts'

/** Counts wrong credentials by address, so that guessing is slow. Good credentials are never asked. */
export interface FailedLogins {
  /** Counts one more. @returns whether the address has had too many within the minute */
  add(address: string): 'few' | 'too_many'
}

const windowMs = 60_000

/** Addresses remembered at a time; with more, the longest known is forgotten. */
const maxAddresses = 10_000

/** @param perMinute how many an address may have @param now milliseconds, of any clock */
export const createFailedLogins = (perMinute: number, now: () => number): FailedLogins => {
  const windows = new Map<string, { since: number; failures: number }>()
  return {
    add: (address) => {
      const known = windows.get(address)
      const window =
        known !== undefined && now() - known.since < windowMs ? known : { since: now(), failures: 0 }
      window.failures += 1
      windows.delete(address)
      windows.set(address, window)
      if (windows.size > maxAddresses) windows.delete(windows.keys().next().value ?? '')
      return window.failures > perMinute ? 'too_many' : 'few'
    },
  }
}

/** Turns refused credentials into 429 where an address has had too many; whatever else went wrong stays what it is. */
export type Throttle = (request: IncomingMessage, refusal: TurnedAway) => TurnedAway

export const createThrottle =
  (failedLogins: FailedLogins, trustedProxies: number): Throttle =>
  (request, refusal) => {
    if (refusal.kind !== 'unauthenticated' || failedLogins.add(addressOf(request, trustedProxies)) === 'few')
      return refusal
    return throttled('too many wrong credentials from this address')
  }
