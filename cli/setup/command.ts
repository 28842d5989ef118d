import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { backoffMs } from '../../lib/backoff.ts'
import type { Environment } from '../../lib/config.ts'
import { RetriableError } from '../../lib/errors.ts'
import { withLocalStack } from '../environment.ts'

const maxAttempts = 6

/** `bridge setup`: creates topics, schemas and tables. It can run again at any time. */
export const setupCommand = new Command('setup')
  .description('create topics, register schemas and migrate the database; it can run again at any time')
  .action(() => setUpWithRetries(withLocalStack(process.env)))

/**
 * A cluster that has just been started may need some seconds. Every step can run twice, so the whole setup is
 * repeated.
 */
const setUpWithRetries = async (env: Environment): Promise<void> => {
  const [{ setUp }, { createLogger }] = await Promise.all([
    import('./set-up.ts'),
    import('../../lib/logger.ts'),
  ])
  const logger = createLogger('setup', env)
  for (let attempt = 1; ; attempt++) {
    try {
      return await setUp(env, logger)
    } catch (error) {
      if (!(error instanceof RetriableError) || attempt === maxAttempts) throw error
      const retryMs = backoffMs({ firstMs: 1000, maxMs: 5000 }, attempt)
      logger.warn('a server cannot be reached: setup will be tried again', {
        error: error.message,
        attempt,
        retry_ms: retryMs,
      })
      await sleep(retryMs)
    }
  }
}
