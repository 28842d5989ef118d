import { z } from 'zod'
import { seconds } from '../../lib/config.ts'

export const lagExporterVariables = z.object({
  LAG_STALL_SECONDS: seconds()
    .positive()
    .default(120)
    .describe(
      'A worker is stalled if it makes no progress for so many seconds in a partition where records wait.',
    ),
})
