import { z } from 'zod'

export const lagExporterVariables = z.object({
  LAG_STALL_SECONDS: z.coerce
    .number()
    .positive()
    .default(120)
    .describe(
      'How long a worker may not move in a partition, with records waiting there, before it counts as stalled.',
    ),
})
