import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder } from '../../lib/config.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { openDayFiles } from './day-files.ts'
import { keyOfLine, keyOfText, pushEvents, pushLinesOf } from './push-line.ts'

export const pushAuthorLogVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  PUSH_AUTHOR_LOG_DIR: z
    .string()
    .optional()
    .describe(
      'Folder of the daily files that say who pushed. Default: the folder pushes in BRIDGE_DATA_DIR.',
    ),
})

/** The folder of the log. */
export const pushLogFolder = ({
  BRIDGE_DATA_DIR,
  PUSH_AUTHOR_LOG_DIR,
}: z.output<typeof pushAuthorLogVariables>): string => PUSH_AUTHOR_LOG_DIR ?? join(BRIDGE_DATA_DIR, 'pushes')

/**
 * Writes who pushed what into plain daily files, which can be read while everything else is down. When
 * several hooks report the same push, each of them is a line.
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
  // Every line has a key, so an event that is handled again writes no line twice.
  forget: async () => undefined,
  async create(settings) {
    const folder = pushLogFolder(settings)
    const files = await openDayFiles(folder, keyOfText)
    return {
      // Resolves once the lines are on disk, because the offset must not move before that.
      async handle(record) {
        const lines = pushLinesOf(record).map((line) => ({
          key: keyOfLine(line),
          text: JSON.stringify(line),
        }))
        await files.append(dayOf(record), lines).catch((error: unknown) => {
          throw new RetriableError(`cannot write to ${folder}: ${messageOf(error)}`, { cause: error })
        })
      },
      close: () => files.close(),
    }
  },
})

const dayOf = ({ delivery }: RecordOf<(typeof pushEvents)[number]>): string =>
  new Date(delivery.received_at).toISOString().slice(0, 10)
