import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder } from '../../lib/config.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { openPushFiles, type PushFiles } from './files/push-files.ts'
import { pushEvents, pushLinesOf } from './push-line.ts'

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
})

/** The folder of the log. */
export const pushLogFolder = ({
  BRIDGE_DATA_DIR,
  PUSH_AUTHOR_LOG_DIR,
}: z.output<typeof pushAuthorLogVariables>): string => PUSH_AUTHOR_LOG_DIR ?? join(BRIDGE_DATA_DIR, 'pushes')

/**
 * Writes who pushed what into plain daily files, which can be read while everything else is down. Several
 * hooks that report the same push are one line. A hook that tells more about a push and comes later adds a
 * line, which replaces the first one for everyone who reads the log.
 */
export const pushAuthorLog = defineConsumer({
  name: 'push-author-log',
  summary: 'Writes who pushed what, one line for each ref, into daily files that need no other system.',
  events: pushEvents,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  metricsPort: 9466,
  variables: pushAuthorLogVariables,
  dryRun: (record) =>
    pushLinesOf(record).map((line) => ({ would: 'write', to: `${dayOf(record)}.ndjson`, content: line })),
  // A line that the files have is not written again.
  forget: async () => undefined,
  async create(settings, logger) {
    const folder = pushLogFolder(settings)
    const files = await openPushFiles(folder, daysOf(settings.PUSH_AUTHOR_LOG_RETENTION_DAYS))
    const upkeep = startUpkeep(files, logger)
    return {
      batchSize: 500,
      // Resolves once the lines are on disk, because the offset must not move before that.
      async handleBatch(records) {
        await files.append(records.flatMap(pushLinesOf)).catch((error: unknown) => {
          throw new RetriableError(`cannot write to ${folder}: ${messageOf(error)}`, { cause: error })
        })
        return 'processed'
      },
      close: () => {
        clearInterval(upkeep)
        return files.close()
      },
    }
  },
})

/** @returns undefined for `forever` */
const daysOf = (text: string): number | undefined => (text === 'forever' ? undefined : Number(text))

const upkeepMs = 10 * 60 * 1000

/** Compresses and deletes old days, now and every ten minutes. */
const startUpkeep = (files: PushFiles, logger: Logger): NodeJS.Timeout => {
  const keepUp = () =>
    files.keepUp(Date.now()).catch((error: unknown) => {
      if ((error as Error).name === 'AbortError') return
      logger.error('the old days of the push log cannot be compressed or deleted, this is tried again', {
        error: messageOf(error),
      })
    })
  void keepUp()
  return setInterval(() => void keepUp(), upkeepMs).unref()
}

const dayOf = ({ delivery }: RecordOf<(typeof pushEvents)[number]>): string =>
  new Date(delivery.received_at).toISOString().slice(0, 10)
