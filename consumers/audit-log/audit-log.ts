import { z } from 'zod'
import { createPool, type Pool, query } from '../../lib/database.ts'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { eventTypes, type RecordOf } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { auditRowOf } from './audit-row.ts'

export const auditLogVariables = z.object({
  AUDIT_LOG_DATABASE_URL: workerDatabaseUrl('audit-log'),
})

/**
 * Keeps every event in a PostgreSQL table to which rows are only added. When several hooks report the same
 * fact, each of them is a row.
 */
export const auditLog = defineConsumer({
  name: 'audit-log',
  summary: 'Keeps every event in an append-only PostgreSQL table.',
  events: eventTypes,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  wholeBodies: true,
  database: {
    migrations: new URL('migrations/', import.meta.url),
    rights: [
      'usage on schema audit_log',
      'select, insert on audit_log.events',
      'execute on function audit_log.ensure_month(timestamptz)',
    ],
  },
  metricsPort: 9465,
  variables: auditLogVariables,
  dryRun: (record) => [{ would: 'write', to: 'audit_log.events', content: shownRowOf(record) }],
  async create({ AUDIT_LOG_DATABASE_URL: url }, logger) {
    const pool = createPool(url, 'gitlab-bridge.audit-log', logger)
    /** Months for which the table is known to have a partition. */
    const months = new Set<string>()
    return {
      batchSize: 500,
      async handleBatch(records) {
        const rows = records.map(auditRowOf)
        for (const month of new Set(rows.map(({ received_at }) => received_at.slice(0, 7)))) {
          if (months.has(month)) continue
          await query(pool, 'select audit_log.ensure_month($1)', [`${month}-01T00:00:00Z`])
          months.add(month)
        }
        await insert(pool, rows).catch((error: unknown) => {
          // The table may have lost a partition: it was dropped, or an older backup was restored.
          months.clear()
          throw error
        })
      },
      close: () => pool.end(),
    }
  },
})

/** The row without its body, which may be large and is not text. */
const shownRowOf = (record: RecordOf) => {
  const { raw, ...columns } = auditRowOf(record)
  return { ...columns, raw: `${raw.length} bytes` }
}

type Row = ReturnType<typeof auditRowOf>

// biome-ignore format: a table
const columns = {
  received_at: 'timestamptz', delivery_id: 'text', event_type: 'text', source: 'text', instance: 'text',
  occurred_at: 'timestamptz', fact_id: 'text', fact_basis: 'text', project_id: 'bigint', project_path: 'text',
  user_id: 'bigint', user_username: 'text', user_name: 'text', body_sha256: 'text', raw: 'bytea',
} satisfies Record<keyof Row, string>

const names = Object.keys(columns) as (keyof Row)[]

// A record that is handled twice is one row, because its delivery and its time of receipt are the same.
const insertRows = `insert into audit_log.events (${names.join(', ')})
  select * from unnest(${names.map((name, index) => `$${index + 1}::${columns[name]}[]`).join(', ')})
  on conflict (delivery_id, received_at) do nothing`

/** Inserts all rows with one statement, and so in one transaction. */
const insert = (pool: Pool, rows: readonly Row[]) =>
  query(
    pool,
    insertRows,
    names.map((name) => rows.map((row) => row[name])),
  )
