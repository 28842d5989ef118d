import type { DatabaseRole } from '../../consumer.ts'

/** The role that erases people. It can read no row, and changes rows only by one function. */
export const auditEraser = {
  name: 'audit-eraser',
  usedBy: '`bridge audit erase` takes the data of a person out of the audit log',
  rights: [
    'usage on schema audit_log',
    'execute on function audit_log.count_person(json)',
    'execute on function audit_log.erase(json, text, text)',
  ],
} as const satisfies DatabaseRole
