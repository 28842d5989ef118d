import { auditLog } from './audit-log/audit-log.ts'
import type { Consumer } from './consumer.ts'
import { pushAuthorLog } from './push-author-log/push-author-log.ts'

/** Every worker there is. */
export const consumers: readonly Consumer[] = [auditLog, pushAuthorLog]
