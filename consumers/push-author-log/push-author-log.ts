import { type Environment, readVariables } from '../../lib/config.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { createConsulCopy } from './copies/consul-copy.ts'
import { createConsulKv } from './copies/consul-kv.ts'
import { type Copy, startCopyLoop } from './copies/copy-loop.ts'
import { createDirectoryCopy } from './copies/directory-copy.ts'
import { createCopyMetrics } from './copies/metrics.ts'
import { createPushPersonalData, type PushStores } from './erase/personal-data.ts'
import { openPushFiles, type PushFiles } from './files/push-files.ts'
import { pushEvents, pushLinesOf } from './push-line.ts'
import { pushAuthorLogVariables, pushLogFolder, retentionDaysOf, type Settings } from './settings.ts'

const storesOf = (env: Environment): PushStores => {
  const settings = readVariables(pushAuthorLogVariables, env)
  return {
    folder: pushLogFolder(settings),
    copyFolder: settings.PUSH_AUTHOR_LOG_COPY_DIR,
    consulUrl: settings.PUSH_AUTHOR_LOG_CONSUL_URL,
    retentionDays: retentionDaysOf(settings),
  }
}

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
  personalData: createPushPersonalData(storesOf),
  metricsPort: 9466,
  variables: pushAuthorLogVariables,
  dryRun: (record) =>
    pushLinesOf(record).map((line) => ({ would: 'write', to: `${dayOf(record)}.ndjson`, content: line })),
  // A line that the files have is not written again.
  rebuildOnlyAdds: true,
  async create(settings, logger, { metrics }) {
    const folder = pushLogFolder(settings)
    const files = await openPushFiles(folder, retentionDaysOf(settings))
    const upkeep = startUpkeep(files, logger)
    const copyMetrics = createCopyMetrics(metrics)
    const copies = copiesOf(settings).map((copy) => startCopyLoop(copy, logger, copyMetrics))
    return {
      // Small batches keep memory low, and a sync for each of them costs little.
      batchSize: 150,
      // Resolves once the lines are on disk, because the offset must not move before that.
      async handleBatch(records) {
        await files.append(records.flatMap(pushLinesOf)).catch((error: unknown) => {
          throw new RetriableError(`cannot write to ${folder}: ${messageOf(error)}`, { cause: error })
        })
        for (const copy of copies) copy.wake()
        return 'processed'
      },
      close: async () => {
        clearInterval(upkeep)
        await Promise.all(copies.map((copy) => copy.stop()))
        await files.close()
      },
    }
  },
})

/** The second copies that are configured. */
const copiesOf = (settings: Settings): Copy[] => {
  const folder = pushLogFolder(settings)
  const { PUSH_AUTHOR_LOG_COPY_DIR: directory, PUSH_AUTHOR_LOG_CONSUL_URL: url } = settings
  const consul = url && createConsulKv(url, settings.PUSH_AUTHOR_LOG_CONSUL_TOKEN)
  return [
    ...(directory ? [createDirectoryCopy(folder, directory, retentionDaysOf(settings))] : []),
    ...(consul ? [createConsulCopy(folder, consul)] : []),
  ]
}

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
