import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { routesVariables } from '../delivery/routes/routes-variables.ts'

export const chatNotifierVariables = z.object({
  CHAT_NOTIFIER_DATABASE_URL: workerDatabaseUrl('chat-notifier'),
  ...routesVariables.shape,
})

export type ChatNotifierSettings = z.output<typeof chatNotifierVariables>
