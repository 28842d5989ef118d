import type { DatabaseRole } from '../../consumer.ts'

/** The role of those who ask and verify the audit log. It can change nothing. */
export const auditReader = {
  name: 'audit-reader',
  usedBy: '`bridge audit` and auditors read the audit log, and which can change nothing',
  // Verifying a row needs its salts and the tiles, so the role reads the tables and not only the views.
  rights: ['usage on schema audit_log', 'select on all tables in schema audit_log'],
} as const satisfies DatabaseRole
