import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Environment, port, readVariables } from '../../lib/config.ts'
import { readSeries, reasonOf } from '../../lib/http/read-series.ts'

const variables = z.object({ METRICS_PORT: port().default(9464) })

/** The metrics of the ingress with the same environment, on this machine. */
export const metricsUrlOf = (env: Environment): string =>
  `http://127.0.0.1:${readVariables(variables, env).METRICS_PORT}/metrics`

export interface Waited {
  isEmpty: boolean
  /** A sentence about the hooks that still wait. */
  says: string
}

/**
 * Waits until no hook is in the spool of a running ingress.
 *
 * @param url of the metrics of the ingress
 * @param limitMs how long it waits, in milliseconds
 * @param pollMs how often it asks, in milliseconds
 */
export const waitUntilEmpty = async (url: string, limitMs: number, pollMs = 500): Promise<Waited> => {
  const end = performance.now() + limitMs
  for (;;) {
    const waited = await askOnce(url)
    const leftMs = end - performance.now()
    if (waited.isEmpty || leftMs <= 0) return waited
    await sleep(Math.min(pollMs, leftMs))
  }
}

const askOnce = async (url: string): Promise<Waited> => {
  try {
    const records = (await readSeries(url)).get('ingress_spool_records')
    if (records === undefined) return { isEmpty: false, says: `${url} has no metrics of an ingress.` }
    if (records === 0) return { isEmpty: true, says: 'The spool is empty.' }
    return { isEmpty: false, says: `${records} hooks still wait in the spool.` }
  } catch (error) {
    return { isEmpty: false, says: `${url} does not answer (${reasonOf(error)}).` }
  }
}
