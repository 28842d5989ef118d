import { Command } from 'commander'
import { withLocalStack } from './environment.ts'

/** `bridge setup`: topics, schemas and tables; may be run again at any time. */
export const setupCommand = new Command('setup')
  .description('create topics, register schemas, migrate the database; idempotent')
  .action(async () => {
    const [{ setUp }, { createLogger }] = await Promise.all([import('./setup/set-up.ts'), import('../lib/logger.ts')])
    const env = withLocalStack(process.env)
    await setUp(env, createLogger('setup', env))
  })
