import { z } from 'zod'
import { workerDatabaseUrl } from '../../lib/database-variable.ts'
import { anchorVariables } from './anchors/anchor-variables.ts'
import { erasureVariables } from './erase/erasure-key.ts'

export const auditLogVariables = z.object({
  AUDIT_LOG_DATABASE_URL: workerDatabaseUrl('audit-log'),
  ...anchorVariables.shape,
  ...erasureVariables.shape,
})

export type AuditLogSettings = z.output<typeof auditLogVariables>
