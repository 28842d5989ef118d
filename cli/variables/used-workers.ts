import { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { logFollowers } from '../../consumers/workers.ts'
import { list } from '../../lib/config.ts'

/**
 * Which of the workers this installation uses.
 *
 * @param workers those that read in a consumer group
 */
export const usedWorkersVariables = (workers: readonly Pick<Consumer, 'name'>[]) =>
  z.object({
    BRIDGE_WORKERS: list()
      .superRefine((names, context) => {
        const known = [...workers, ...logFollowers].map(({ name }) => name)
        const unknown = names.filter((name) => !known.includes(name))
        if (unknown.length === 0) return
        const message = `there is no worker ${unknown.join(', ')}. Use names of: ${known.join(', ')}`
        context.addIssue({ code: 'custom', message })
      })
      .optional()
      .describe(
        'Names of the workers that are used, comma separated. `npm start` runs these. The lag exporter and ' +
          '`bridge lag` report a worker that is named here also while it has never run. ' +
          'Unset: `npm start` runs every worker whose settings are complete.',
      ),
  })
