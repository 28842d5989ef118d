import type { Logger } from '../../../lib/logger.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import type { GitlabApis } from '../../gitlab-api/open-gitlab-apis.ts'
import { type OpenedSync, openSync } from '../sync/open-sync.ts'
import { type LdapSyncSettings, ldapSyncVariables } from '../variables.ts'

export { ldapSyncVariables }

/** What `bridge ldap` works with: the same parts as the worker has. */
export const openOperator = (settings: LdapSyncSettings, logger: Logger, gitlab: GitlabApis): OpenedSync =>
  openSync(settings, logger, { metrics: createMetrics(), gitlab })

export type { OpenedSync as Operator } from '../sync/open-sync.ts'
