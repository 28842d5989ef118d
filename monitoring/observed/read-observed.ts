import { readFileSync } from 'node:fs'

/** BRIDGE_TEST_WRITE_OBSERVED=1 lets test/integration/monitoring.test.ts write it. */
export const observedFile = new URL('values.json', import.meta.url)

/**
 * Query of a dashboard → the value that it had when real processes were scraped. A query that is newer than
 * the last run is missing.
 */
export const readObserved = (): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(observedFile, 'utf8'))
