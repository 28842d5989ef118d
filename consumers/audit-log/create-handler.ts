import { createPool } from '../../lib/database.ts'
import { readPositions } from '../../lib/database-positions.ts'
import type { Logger } from '../../lib/logger.ts'
import type { EventType, RecordOf } from '../../schemas/catalogue.ts'
import type { BatchHandler, Origin, WorkerTools } from '../consumer.ts'
import { appendRows } from './append/append-rows.ts'
import { createErasedPeople } from './erase/erased-people.ts'
import { auditRowOf, coordinatesOf } from './row/audit-row.ts'
import { intervalRowOf } from './row/interval-row.ts'
import { startAnchoring } from './sign/anchoring.ts'
import type { AuditLogSettings } from './variables.ts'

/** Opens the table and starts to sign and anchor its checkpoints. */
export const createHandler = async (
  settings: AuditLogSettings,
  logger: Logger,
  { metrics }: Pick<WorkerTools, 'metrics'>,
): Promise<BatchHandler<EventType>> => {
  const pool = createPool(settings.AUDIT_LOG_DATABASE_URL, 'gitlab-bridge.audit-log', logger)
  const anchoring = startAnchoring(pool, settings, logger, metrics)
  const erased = createErasedPeople(pool, settings)
  // Keeps the file beside the key up to date also while no event comes.
  const upkeep = setInterval(() => void erased.reload().catch(() => undefined), erasedPeopleMs).unref()
  const append = async (rows: Parameters<typeof appendRows>[1]) => {
    const { size } = await appendRows(pool, rows, erased)
    anchoring.appended(size)
  }
  return {
    batchSize: 500,
    async handleBatch(records, { origins }) {
      await append(records.map((record, index) => rowOf(record, origins[index])))
    },
    positions: {
      startAt: (partitions) => readPositions(pool, 'audit_log', partitions),
      pass: (origin) => append([{ ...coordinatesOf(origin) }]),
    },
    degradedBy: anchoring.degradedBy,
    close: async () => {
      clearInterval(upkeep)
      await anchoring.stop()
      await pool.end()
    },
  }
}

const erasedPeopleMs = 30_000

const rowOf = (record: RecordOf, origin: Origin | undefined) => {
  if (origin === undefined) throw new Error('the runtime did not say where a record comes from')
  return record.eventType === 'interval'
    ? { ...intervalRowOf(record), ...coordinatesOf(origin) }
    : { ...auditRowOf(record), ...coordinatesOf(origin) }
}
