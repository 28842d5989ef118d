import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder, secret } from '../../lib/config.ts'

export const pushAuthorLogVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  PUSH_AUTHOR_LOG_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of the daily files that say who pushed. Default: the folder pushes in BRIDGE_DATA_DIR.',
    ),
  PUSH_AUTHOR_LOG_RETENTION_DAYS: z
    .string()
    .regex(/^(forever|[1-9]\d{0,4})$/, 'must be a number of days, or forever')
    .default('forever')
    .describe('How many days the daily files are kept, or forever.'),
  PUSH_AUTHOR_LOG_COPY_DIR: z
    .string()
    .optional()
    .describe('Another folder, for example on another disk, that receives a second copy of the daily files.'),
  PUSH_AUTHOR_LOG_CONSUL_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as http://127.0.0.1:8500' })
    .optional()
    .describe('Address of a Consul that receives the last pusher of every branch and tag.'),
  PUSH_AUTHOR_LOG_CONSUL_TOKEN: z
    .string()
    .optional()
    .describe('Token for PUSH_AUTHOR_LOG_CONSUL_URL, which may write below gitlab/pushes/.')
    .meta(secret),
})

export type Settings = z.output<typeof pushAuthorLogVariables>

/** The folder of the log. */
export const pushLogFolder = ({ BRIDGE_DATA_DIR, PUSH_AUTHOR_LOG_DIR }: Settings): string =>
  PUSH_AUTHOR_LOG_DIR ?? join(BRIDGE_DATA_DIR, 'pushes')

/** How many days the daily files are kept. @returns undefined for ever */
export const retentionDaysOf = ({ PUSH_AUTHOR_LOG_RETENTION_DAYS: days }: Settings): number | undefined =>
  days === 'forever' ? undefined : Number(days)
