import { z } from 'zod'

export const lagExporterVariables = z.object({
  LAG_STALL_SECONDS: z.coerce
    .number()
    .positive()
    .default(120)
    .describe(
      'A worker is stalled if it makes no progress for so many seconds in a partition where records wait.',
    ),
})
