import { z } from 'zod'
import { consumers } from '../../consumers/index.ts'
import { list } from '../../lib/config.ts'

/** Which workers this installation uses. */
export const usedWorkersVariables = z.object({
  BRIDGE_WORKERS: list()
    .superRefine((names, context) => {
      const known = consumers.map(({ name }) => name)
      const unknown = names.filter((name) => !known.includes(name))
      if (unknown.length === 0) return
      const message = `names no worker: ${unknown.join(', ')}. Use names of: ${known.join(', ')}`
      context.addIssue({ code: 'custom', message })
    })
    .optional()
    .describe(
      'Names of the workers that are used, comma separated. `npm start` runs these. The lag exporter and ' +
        '`bridge lag` report a worker that is named here also while it has never run. ' +
        'Unset: `npm start` runs every worker whose settings are complete.',
    ),
})
