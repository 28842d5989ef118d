import { z } from 'zod'

/** What `bridge doctor` reads beside the variables of the processes. */
export const doctorVariables = z.object({
  ALERTMANAGER_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http: or https:' })
    .optional()
    .describe('Alertmanager that receives the alerts. `bridge doctor` asks it. Unset: alerts go nowhere.'),
})
