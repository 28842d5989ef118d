import { ingressVariables } from '../../ingress/config.ts'
import type { Environment } from '../../lib/config.ts'

/** How long the ingress may take to stop after INGRESS_DRAIN_SECONDS are over, in milliseconds. */
const afterDrainMs = 20_000

/**
 * How long the ingress may take to stop, in milliseconds. A limit that ended while hooks are still accepted
 * would cut off hooks. The start of the ingress reports a wrong INGRESS_DRAIN_SECONDS.
 */
export const stopLimit = (env: Environment): number => {
  const { INGRESS_DRAIN_SECONDS } = ingressVariables.shape
  const { data = 0 } = INGRESS_DRAIN_SECONDS.safeParse(env.INGRESS_DRAIN_SECONDS || undefined)
  return data * 1000 + afterDrainMs
}
