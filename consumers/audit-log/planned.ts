import type { RecordOf } from '../../schemas/catalogue.ts'
import type { PlannedEffect } from '../consumer.ts'
import { auditRowOf } from './row/audit-row.ts'
import { intervalRowOf } from './row/interval-row.ts'

/** The row that the worker would add for a record. */
export const planned = (record: RecordOf): readonly PlannedEffect[] => [
  {
    would: 'write',
    to: record.eventType === 'interval' ? 'audit_log.intervals' : 'audit_log.events',
    content: shownRowOf(record),
  },
]

/** The row without its body, which may be large and is not text. */
const shownRowOf = (record: RecordOf) => {
  if (record.eventType === 'interval') return intervalRowOf(record)
  const { raw, ...columns } = auditRowOf(record)
  return { ...columns, raw: `${raw.length} bytes` }
}
