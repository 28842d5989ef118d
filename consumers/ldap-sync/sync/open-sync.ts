import { createPool } from '../../../lib/database.ts'
import { ConfigError, messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Metrics } from '../../../lib/metrics/metrics.ts'
import { createMutex } from '../../../lib/mutex.ts'
import { readRegularFile } from '../../../lib/read-regular-file.ts'
import type { GitlabApis } from '../../gitlab-api/open-gitlab-apis.ts'
import { groupShapes } from '../directory/group-class.ts'
import { createLdapClient, type LdapObserver } from '../directory/ldap-client.ts'
import type { LdapSettings } from '../directory/ldap-settings.ts'
import { readSchema } from '../directory/read-schema.ts'
import type { IsCaseExact } from '../dn/dn-key.ts'
import { readMapping } from '../mapping/read-mapping.ts'
import { withDirectoryLock } from '../state/in-transaction.ts'
import { clearTextUrls, type LdapSyncSettings } from '../variables.ts'
import { createCatchUp } from './catch-up.ts'
import type { SyncContext } from './sync-context.ts'
import { createSyncMetrics, type SyncMetrics } from './sync-metrics.ts'

/** What is needed to change the directory, and the end of it. */
export type OpenedSync = SyncContext & { close(): Promise<void> }

/** @throws ConfigError naming every field at fault of the mapping, or the file of certificates */
export const checkSyncFiles = (settings: LdapSyncSettings, hasGitlabApi: boolean): void => {
  ldapSettingsOf(settings)
  readMapping(settings.LDAP_SYNC_MAPPING_FILE, hasGitlabApi)
}

/**
 * Reads the mapping and prepares the connections. None is opened yet.
 *
 * @throws ConfigError naming every variable or field at fault
 */
export const openSync = (
  settings: LdapSyncSettings,
  logger: Logger,
  { metrics, gitlab, now = Date.now }: { metrics: Metrics; gitlab: GitlabApis; now?: () => number },
): OpenedSync => {
  const ldap = ldapSettingsOf(settings)
  const { mapping, digest } = readMapping(settings.LDAP_SYNC_MAPPING_FILE, gitlab.all().length > 0)
  const syncMetrics = createSyncMetrics(metrics)
  const client = createLdapClient(ldap, observerOf(syncMetrics, logger), now)
  const pool = createPool(settings.LDAP_SYNC_DATABASE_URL, 'gitlab-bridge.ldap-sync', logger)
  const mutex = createMutex()
  let schema: Promise<IsCaseExact> | undefined
  return {
    ...{ pool, client, mapping, mappingDigest: digest, mode: settings.LDAP_SYNC_MODE, gitlab, logger },
    shape: groupShapes[mapping.groups.class],
    metrics: syncMetrics,
    ...{ now, catchUp: createCatchUp(now) },
    isCaseExact: () => {
      schema ??= readSchema(client)
      schema.catch(() => {
        schema = undefined
      })
      return schema
    },
    // The mutex comes first: waiting for the lock of the database takes a connection of the pool.
    exclusively: (act) => mutex(() => withDirectoryLock(pool, act)),
    close: async () => {
      await client.close()
      await pool.end()
    },
  }
}

const ldapSettingsOf = (settings: LdapSyncSettings): LdapSettings => {
  const unsafe = settings.LDAP_SYNC_ALLOW_CLEAR_TEXT ? [] : clearTextUrls(settings)
  if (unsafe.length > 0)
    throw fault(
      'LDAP_SYNC_URL',
      `would send the password without encryption to ${unsafe.join(', ')}: use ldaps://, set ` +
        'LDAP_SYNC_START_TLS=true, or allow it with LDAP_SYNC_ALLOW_CLEAR_TEXT=true',
    )
  return {
    urls: settings.LDAP_SYNC_URL,
    transport: settings.LDAP_SYNC_START_TLS ? 'StartTLS' : 'as the URL says',
    ca: readCa(settings.LDAP_SYNC_CA_FILE),
    bindDn: settings.LDAP_SYNC_BIND_DN,
    password: settings.LDAP_SYNC_BIND_PASSWORD,
    connectTimeoutMs: 5000,
    timeoutMs: settings.LDAP_SYNC_TIMEOUT_SECONDS * 1000,
  }
}

const readCa = (file: string | undefined): string | undefined => {
  if (file === undefined) return undefined
  try {
    const text = readRegularFile(file).toString()
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it has no certificate in PEM format')
    return text
  } catch (error) {
    throw fault('LDAP_SYNC_CA_FILE', `${file} cannot be used: ${messageOf(error)}`)
  }
}

const fault = (variable: string, problem: string) => new ConfigError([{ variable, problem }])

const observerOf = ({ durations, serverUp, loginRefused }: SyncMetrics, logger: Logger): LdapObserver => {
  let isUp: boolean | undefined
  return {
    onRequest: (operation, duration) => durations.observe({ operation }, duration),
    onConnected: (url) => {
      serverUp.set(1)
      loginRefused.set(0)
      if (isUp !== true) logger.info('the LDAP server answers and accepts the bind', { url })
      isUp = true
    },
    onDisconnected: (reason, kind) => {
      serverUp.set(0)
      loginRefused.set(kind === 'login' ? 1 : 0)
      if (isUp !== false) logger.warn('the LDAP server cannot be used', { reason })
      isUp = false
    },
  }
}
