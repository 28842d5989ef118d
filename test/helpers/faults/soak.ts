/** Whether the fault suites run at full length: `npm run test:soak`. */
export const isSoak = process.env.BRIDGE_TEST_SOAK === '1'

/** How long an outage lasts, in milliseconds. In a soak run it lasts twenty times as long. */
export const outageMs = (seconds: number): number => seconds * 1000 * (isSoak ? 20 : 1)
