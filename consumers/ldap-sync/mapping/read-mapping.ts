import { createHash } from 'node:crypto'
import { settingsFileOf } from '../../../lib/settings-file.ts'
import { type Mapping, mappingShape } from './mapping.ts'

/** A mapping, and a digest that changes whenever something in it changes. */
export interface ReadMapping {
  mapping: Mapping
  digest: string
}

/**
 * Reads the file that LDAP_SYNC_MAPPING_FILE names.
 *
 * @param hasApi whether a token for GitLab's API is configured
 * @throws ConfigError naming every field that is missing, wrong or unknown
 */
export const readMapping = (file: string, hasApi: boolean): ReadMapping => {
  const settings = settingsFileOf('LDAP_SYNC_MAPPING_FILE')
  const mapping = settings.read(file, mappingShape)
  if (!hasApi && mapping.gitlab_reads_this_ldap === undefined)
    throw settings.fault(
      'gitlab_reads_this_ldap: is missing: without a token for the API of GitLab, say whether GitLab ' +
        'itself fills groups from this LDAP server (true or false)',
    )
  if (mapping.people.match.by === 'identity' && !hasApi)
    throw settings.fault('people.match.by: identity needs a token for the API of GitLab')
  return { mapping, digest: createHash('sha256').update(JSON.stringify(mapping)).digest('hex').slice(0, 16) }
}
