import { setTimeout as sleep } from 'node:timers/promises'
import { Command, Option } from 'commander'
import { backoffMs } from '../../lib/backoff.ts'
import type { Environment } from '../../lib/config.ts'
import { RetriableError, UsageError } from '../../lib/errors.ts'
import { withLocalStack } from '../environment.ts'
import { exitAfterOutput } from '../output/exit.ts'
import type { SetupOptions } from './setup-options.ts'

const maxAttempts = 6

interface PrintOptions {
  print?: 'acls' | 'strimzi' | 'database-roles'
  subscriber?: string
  topics?: string
}

/** `bridge setup`: creates topics, schemas and tables. It can run again at any time. */
export const setupCommand = new Command('setup')
  .description('create topics, register schemas and migrate the database; it can run again at any time')
  .option('--check', 'print what setup would do, change nothing, and fail if setup would refuse')
  .option(
    '--force',
    'change settings of existing topics also where somebody has set them, or where they become smaller',
  )
  .option('--keep-partitions', 'accept existing topics whose number of partitions differs from the settings')
  .addOption(
    new Option(
      '--print <what>',
      'print commands (acls) or resources for Strimzi that create the rights of the processes on Kafka, or ' +
        'SQL that creates the roles of the workers in the database, and do nothing else',
    ).choices(['acls', 'strimzi', 'database-roles']),
  )
  .option('--subscriber <name>', 'with --print: the rights on Kafka of a team that reads topics')
  .option('--topics <events>', 'with --subscriber: the events that the team reads, comma separated')
  .action(async ({ print, subscriber, topics, ...options }: SetupOptions & PrintOptions) => {
    if (print === 'acls' || print === 'strimzi') {
      const { printedRights } = await import('./rights/print.ts')
      return console.log(printedRights(print, process.env, { subscriber, topics }))
    }
    if (subscriber !== undefined || topics !== undefined)
      throw new UsageError('--subscriber and --topics need --print acls or --print strimzi.')
    if (print !== undefined) {
      const { databaseRolesSql } = await import('./database/print-roles.ts')
      return console.log(databaseRolesSql(withLocalStack(process.env)))
    }
    await setUpWithRetries(withLocalStack(process.env), options)
    await exitAfterOutput()
  })

/**
 * A cluster that has just been started may need some seconds. Every step can run twice, so the whole setup is
 * repeated.
 */
const setUpWithRetries = async (env: Environment, options: SetupOptions): Promise<void> => {
  const [{ setUp }, { consumers }, { createLogger }] = await Promise.all([
    import('./set-up.ts'),
    import('../../consumers/index.ts'),
    import('../../lib/logger.ts'),
  ])
  const logger = createLogger('setup', env)
  for (let attempt = 1; ; attempt++) {
    try {
      return await setUp(env, logger, consumers, options)
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
