import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { RetriableError } from '../../lib/errors.ts'
import { withLocalStack } from '../environment.ts'

const attempts = 6

/** `bridge setup`: topics, schemas and tables; may be run again at any time. */
export const setupCommand = new Command('setup')
  .description('create topics, register schemas, migrate the database; idempotent')
  .action(async () => {
    const [{ setUp }, { createLogger }] = await Promise.all([
      import('./set-up.ts'),
      import('../../lib/logger.ts'),
    ])
    const env = withLocalStack(process.env)
    const logger = createLogger('setup', env)
    // Every step may be done again, so whatever does not answer yet (a cluster that is just starting) is simply tried again.
    for (let attempt = 1; ; attempt++) {
      try {
        return await setUp(env, logger)
      } catch (error) {
        if (!(error instanceof RetriableError) || attempt === attempts) throw error
        logger.warn('not everything answers yet, trying again', { error: error.message, attempt })
        await sleep(1000 * attempt)
      }
    }
  })
