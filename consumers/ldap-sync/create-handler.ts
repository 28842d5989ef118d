import { readPositions } from '../../lib/database-positions.ts'
import type { Logger } from '../../lib/logger.ts'
import type { BatchHandler, WorkerTools } from '../consumer.ts'
import type { syncEvents } from './facts/facts-of.ts'
import { storePositions } from './state/positions.ts'
import { handleBatch } from './sync/handle-batch.ts'
import { openSync } from './sync/open-sync.ts'
import { startSchedule } from './sync/schedule.ts'
import type { LdapSyncSettings } from './variables.ts'

const scheduleTimes = { tickMs: 10_000, quietMs: 20_000 }

/** Opens the directory and the database, and starts to compare them with GitLab at the set times. */
export const createHandler = async (
  settings: LdapSyncSettings,
  logger: Logger,
  tools: Pick<WorkerTools, 'gitlab' | 'metrics'>,
): Promise<BatchHandler<(typeof syncEvents)[number]>> => {
  const sync = openSync(settings, logger, tools)
  const schedule = startSchedule(sync, { reconcileAt: settings.LDAP_SYNC_RECONCILE_AT, ...scheduleTimes })
  return {
    batchSize: 500,
    async handleBatch(records, { origins }) {
      schedule.handled()
      await handleBatch(sync, records, origins)
      schedule.handled()
    },
    positions: {
      async startAt(partitions) {
        const stored = await readPositions(sync.pool, 'ldap_sync', partitions)
        sync.catchUp.begin(partitions, stored)
        return stored
      },
      async pass(origin) {
        // The directory was not compared yet: after another restart, this record is read again, too.
        if (sync.catchUp.phase() === 'over') await storePositions(sync.pool, [origin])
        else sync.catchUp.read([origin])
      },
    },
    close: async () => {
      await schedule.stop()
      await sync.close()
    },
  }
}
