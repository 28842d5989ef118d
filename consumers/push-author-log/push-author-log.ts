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
    .describe('Folder of the daily files that say who pushed; unset: pushes in BRIDGE_DATA_DIR.'),
})

/** Where the log lies. */
export const pushLogFolder = ({
  BRIDGE_DATA_DIR,
  PUSH_AUTHOR_LOG_DIR,
}: z.output<typeof pushAuthorLogVariables>): string => PUSH_AUTHOR_LOG_DIR ?? join(BRIDGE_DATA_DIR, 'pushes')

/** Who pushed what, in plain daily files that can be read when everything else is down. A push that several hooks tell is a line each. */
export const pushAuthorLog = defineConsumer({
  name: 'push-author-log',
  summary: 'Who pushed what, one line a ref, in daily files readable with everything else down.',
  events: pushEvents,
  repeats: 'harmless',
  metricsPort: 9466,
  variables: pushAuthorLogVariables,
  dryRun: (record) => `append ${pushLinesOf(record).length} line(s) to ${dayOf(record)}.ndjson`,
  // Lines have a key: an event that is handled again writes none twice.
  forget: async () => undefined,
  async create(settings) {
    const folder = pushLogFolder(settings)
    const files = await openDayFiles(folder, keyOfText)
    return {
      // Resolves once the lines are on disk: the offset must not move before they are.
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
