import type { Pool } from '../../../lib/database.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { GitlabApis } from '../../gitlab-api/open-gitlab-apis.ts'
import type { GroupShape } from '../directory/group-class.ts'
import type { LdapClient } from '../directory/ldap-client.ts'
import type { IsCaseExact } from '../dn/dn-key.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { CatchUp } from './catch-up.ts'
import type { SyncMetrics } from './sync-metrics.ts'

/** What every step of a synchronisation uses. */
export interface SyncContext {
  pool: Pool
  client: LdapClient
  mapping: Mapping
  /** Changes whenever the mapping changes. */
  mappingDigest: string
  /** `propose`: every change waits for a person. `apply`: changes within the limits are made. */
  mode: 'propose' | 'apply'
  shape: GroupShape
  /** Which attributes tell letter case apart, by the schema of the server. */
  isCaseExact(): Promise<IsCaseExact>
  /** The clock, in milliseconds since 1970. */
  now(): number
  /** One change of the directory at a time: in this process by a mutex, among processes by the database. */
  exclusively<T>(act: () => Promise<T>): Promise<T>
  /** Whether records are read again that the database does not contain. */
  catchUp: CatchUp
  gitlab: GitlabApis
  metrics: SyncMetrics
  logger: Logger
}
