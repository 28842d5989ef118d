import { z } from 'zod'

/** The variable of all workers that send to destinations. */
export const routesVariables = z.object({
  ROUTES_FILE: z
    .string()
    .describe('File of the destinations and of the routes to them, in YAML. See docs/chat.md.'),
})
