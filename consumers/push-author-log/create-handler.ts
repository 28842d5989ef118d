import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import { createConsulCopy } from './copies/consul-copy.ts'
import { createConsulKv } from './copies/consul-kv.ts'
import { type Copy, startCopyLoop } from './copies/copy-loop.ts'
import { createDirectoryCopy } from './copies/directory-copy.ts'
import { createCopyMetrics } from './copies/metrics.ts'
import { openPushFiles, type PushFiles } from './files/push-files.ts'
import { type pushEvents, pushLinesOf } from './push-line.ts'
import { pushLogFolder, retentionDaysOf, type Settings } from './settings.ts'

/** Opens the files, and starts to keep them and their copies. */
export const createHandler = async (
  settings: Settings,
  logger: Logger,
  { metrics }: Pick<WorkerTools, 'metrics'>,
): Promise<BatchHandler<(typeof pushEvents)[number]>> => {
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
}

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
