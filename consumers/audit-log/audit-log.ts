import { z } from 'zod'
import { createPool } from '../../lib/database.ts'
import { readPositions } from '../../lib/database-positions.ts'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { eventTypes, type RecordOf } from '../../schemas/catalogue.ts'
import { defineConsumer, type Origin } from '../consumer.ts'
import { anchorVariables } from './anchors/anchor-variables.ts'
import { appendRows } from './append/append-rows.ts'
import { auditEraser } from './erase/audit-eraser.ts'
import { createErasedPeople } from './erase/erased-people.ts'
import { erasureVariables } from './erase/erasure-key.ts'
import { auditLogPersonalData } from './erase/personal-data.ts'
import { auditReader } from './read/audit-reader.ts'
import { auditRowOf, coordinatesOf } from './row/audit-row.ts'
import { intervalRowOf } from './row/interval-row.ts'
import { startAnchoring } from './sign/anchoring.ts'

export const auditLogVariables = z.object({
  AUDIT_LOG_DATABASE_URL: workerDatabaseUrl('audit-log'),
  ...anchorVariables.shape,
  ...erasureVariables.shape,
})

/**
 * Keeps every event as a leaf of one Merkle tree in PostgreSQL. Rows are only ever added. When several hooks
 * report the same fact, each of them is a row.
 */
export const auditLog = defineConsumer({
  name: 'audit-log',
  summary: 'Keeps every event in an append-only PostgreSQL table that proves its content.',
  events: eventTypes,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: auditLogPersonalData,
  wholeBodies: true,
  database: {
    migrations: new URL('migrations/', import.meta.url),
    // What it may write goes through the function. What it reads are positions and hashes, and no events.
    rights: [
      'usage on schema audit_log',
      'execute on function audit_log.append(json, bytea, bigint)',
      'select on audit_log.head, audit_log.tiles, audit_log.positions, audit_log.key_changes',
      'select on audit_log.erased_people',
    ],
    roles: [auditReader, auditEraser],
  },
  metricsPort: 9465,
  variables: auditLogVariables,
  dryRun: (record) => [
    {
      would: 'write',
      to: record.eventType === 'interval' ? 'audit_log.intervals' : 'audit_log.events',
      content: shownRowOf(record),
    },
  ],
  async create(settings, logger, { metrics }) {
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
  },
})

const erasedPeopleMs = 30_000

/** The row without its body, which may be large and is not text. */
const shownRowOf = (record: RecordOf) => {
  if (record.eventType === 'interval') return intervalRowOf(record)
  const { raw, ...columns } = auditRowOf(record)
  return { ...columns, raw: `${raw.length} bytes` }
}

const rowOf = (record: RecordOf, origin: Origin | undefined) => {
  if (origin === undefined) throw new Error('the runtime did not say where a record comes from')
  return record.eventType === 'interval'
    ? { ...intervalRowOf(record), ...coordinatesOf(origin) }
    : { ...auditRowOf(record), ...coordinatesOf(origin) }
}
