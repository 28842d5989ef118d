import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'

export const hookForwarderVariables = z.object({
  HOOK_FORWARDER_DATABASE_URL: workerDatabaseUrl('hook-forwarder'),
  ...routesVariables.shape,
})

export type HookForwarderSettings = z.output<typeof hookForwarderVariables>
