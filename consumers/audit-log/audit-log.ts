import { eventTypes } from '../../schemas/catalogue.ts'
import { defineConsumer } from '../consumer.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { auditEraser } from './erase/audit-eraser.ts'
import { auditReader } from './read/audit-reader.ts'
import { auditLogVariables } from './variables.ts'

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
  personalData: loadPersonalData(async () => (await import('./erase/personal-data.ts')).auditLogPersonalData),
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
  dryRun: async (record) => (await import('./planned.ts')).planned(record),
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
