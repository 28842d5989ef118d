import { createPool } from '../../lib/database.ts'
import { readPositions } from '../../lib/database-positions.ts'
import type { Logger } from '../../lib/logger.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import { passRecord, writeBatch } from './apply/write-batch.ts'
import { startHttp } from './http/start-http.ts'
import { createDirectoryMetrics } from './metrics.ts'
import type { DirectoryRecord } from './observe/directory-events.ts'
import { startCountingAmbiguous } from './reconcile/count-ambiguous.ts'
import { connectionName } from './reconcile/rebuild-from-gitlab.ts'
import { startReconciling } from './reconcile/schedule.ts'
import type { ProjectDirectorySettings } from './variables.ts'

/** Opens the tables, and starts to answer by HTTP and to compare them with GitLab. */
export const createHandler = async (
  settings: ProjectDirectorySettings,
  logger: Logger,
  { gitlab, metrics }: Pick<WorkerTools, 'gitlab' | 'metrics'>,
): Promise<BatchHandler<DirectoryRecord['eventType']>> => {
  const { PROJECT_DIRECTORY_DATABASE_URL: url } = settings
  const pool = createPool(url, connectionName, logger)
  const directoryMetrics = createDirectoryMetrics(metrics)
  // Readers must not wait for a connection while batches wait for each other.
  const readers = createPool(url, `${connectionName}.api`, logger)
  const http = await startHttp(readers, settings, logger, directoryMetrics.countRequest)
  const stopCounting = startCountingAmbiguous(readers, directoryMetrics, logger)
  const reconciling = startReconciling({ pool, gitlab, metrics: directoryMetrics, logger })
  return {
    batchSize: 500,
    async handleBatch(records, { origins }) {
      const placed = records.map((record, at) => {
        const origin = origins[at]
        if (origin === undefined) throw new Error('the runtime did not say where a record comes from')
        return { record, origin }
      })
      return (await writeBatch(pool, placed)) === 0 ? 'skipped' : 'processed'
    },
    positions: {
      startAt: (partitions) => readPositions(pool, 'project_directory', partitions),
      pass: (origin) => passRecord(pool, origin),
    },
    close: async () => {
      await Promise.all([reconciling.stop(), stopCounting()])
      await http.close()
      await Promise.all([pool.end(), readers.end()])
    },
  }
}
