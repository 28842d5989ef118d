import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder } from '../../lib/config.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { defineConsumer } from '../consumer.ts'
import { openDayFiles } from './day-files.ts'
import { keyOfLine, type PushLine, pushEvents, pushLinesOf } from './push-line.ts'

export const pushAuthorLogVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  PUSH_AUTHOR_LOG_DIR: z.string().optional().describe('Folder of the daily files that say who pushed; unset: pushes in BRIDGE_DATA_DIR.'),
})

/** Where the log lies. */
export const pushLogFolder = ({ BRIDGE_DATA_DIR, PUSH_AUTHOR_LOG_DIR }: z.output<typeof pushAuthorLogVariables>): string =>
  PUSH_AUTHOR_LOG_DIR ?? join(BRIDGE_DATA_DIR, 'pushes')

/** Who pushed what, in plain daily files that can be read when everything else is down. */
export const pushAuthorLog = defineConsumer({
  name: 'push-author-log',
  summary: 'Who pushed what, one line a ref, in daily files readable with everything else down.',
  events: pushEvents,
  metricsPort: 9466,
  variables: pushAuthorLogVariables,
  async create(settings) {
    const folder = pushLogFolder(settings)
    const files = await openDayFiles(folder, (text) => keyOfLine(JSON.parse(text) as PushLine))
    return {
      // Resolves once the lines are on disk: the offset must not move before they are.
      async handle(record) {
        const lines = pushLinesOf(record).map((line) => ({ key: keyOfLine(line), text: JSON.stringify(line) }))
        const day = new Date(record.delivery.received_at).toISOString().slice(0, 10)
        await files.append(day, lines).catch((error: unknown) => {
          throw new RetriableError(`cannot write to ${folder}: ${messageOf(error)}`, { cause: error })
        })
      },
      close: () => files.close(),
    }
  },
})
