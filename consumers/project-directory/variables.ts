import { z } from 'zod'
import { port } from '../../lib/config.ts'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'

export const projectDirectoryVariables = z.object({
  PROJECT_DIRECTORY_DATABASE_URL: workerDatabaseUrl('project-directory'),
  PROJECT_DIRECTORY_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which the API of the directory listens. Any other than loopback needs tokens.'),
  PROJECT_DIRECTORY_PORT: port()
    .default(8091)
    .describe('Port of the API of the directory. 0 chooses any free port.'),
  PROJECT_DIRECTORY_TOKENS_FILE: z
    .string()
    .optional()
    .describe(
      'YAML file of the tokens for the API, each with projects and visibilities. ' +
        'It is read again when it changes. Unset: everybody on this machine may ask.',
    ),
})

export type ProjectDirectorySettings = z.output<typeof projectDirectoryVariables>
