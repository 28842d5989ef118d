import { z } from 'zod'
import { ingressVariables } from '../../ingress/config.ts'

const { BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR } = ingressVariables.shape

/** The variables that say where the spool is. */
export const spoolPlaceVariables = z.object({ BRIDGE_DATA_DIR, INGRESS_SPOOL_DIR })
