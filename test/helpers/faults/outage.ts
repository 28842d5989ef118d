import { setTimeout as sleep } from 'node:timers/promises'

/** Whether the fault suites run at full length: `npm run test:soak`. */
export const isSoak = process.env.BRIDGE_TEST_SOAK === '1'

/** A duration, in milliseconds. In a soak run it is twenty times as long. */
export const outageMs = (seconds: number): number => seconds * 1000 * (isSoak ? 20 : 1)

/**
 * Lets an outage last.
 * Its length is part of the scenario, so here a test waits for time and not for a condition.
 */
export const outage = (seconds: number): Promise<void> => sleep(outageMs(seconds))
