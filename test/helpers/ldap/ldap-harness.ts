import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after } from 'node:test'
import { stringify } from 'yaml'
import type { EffectHarness } from '../records/effect-harness.ts'
import { queryOnce } from '../servers/query-once.ts'
import { seedDirectory } from './directory.ts'
import { bridge, groupBase, peopleBase, placeholder } from './ldap-server.ts'
import { startSlapd } from './slapd.ts'

/** The users whom the samples name. */
const people = ['jpetersen', 'mwrona', 'fhalvorsen', 'frida']

/** Settings with which `ldap-sync` mirrors what the samples are about, at once. */
export const ldapSyncEnv = async (url: string, folder: string): Promise<Record<string, string>> => {
  const file = join(folder, 'mapping.yml')
  const mapping = {
    gitlab_reads_this_ldap: false,
    people: { base: peopleBase, ssh_keys: true },
    groups: { base: groupBase, placeholder },
    mirror: [
      { path: 'nordlicht/werft', id: 40 },
      { path: 'nordlicht/plattform', id: 23 },
      { path: 'nordlicht/signal', kind: 'project' },
    ],
  }
  await writeFile(file, stringify(mapping))
  return {
    LDAP_SYNC_URL: url,
    LDAP_SYNC_BIND_DN: bridge.dn,
    LDAP_SYNC_BIND_PASSWORD: bridge.password,
    LDAP_SYNC_MAPPING_FILE: file,
    LDAP_SYNC_MODE: 'apply',
    LDAP_SYNC_RECONCILE_AT: 'off',
  }
}

/** Table → what is compared of it, beside the instance. */
const compared = {
  memberships: 'kind, container_id, user_id, step, access',
  containers: 'kind, container_id, full_path, destroyed',
  people: 'user_id, username, destroyed, dn',
  renames: 'old_path, new_path, at',
  keys: 'key_id, destroyed',
}
const texts = [
  ...Object.entries(compared).map(
    ([table, columns]) =>
      `select concat_ws(' ', '${table}', instance, ${columns}) as effect from ldap_sync.${table}`,
  ),
  // A request that was sent twice is there twice.
  "select concat_ws(' ', 'request', ldif) as effect from ldap_sync.operations",
]

/** A real LDAP server with the users of the samples, and the settings that mirror them there. */
export const startDirectory = async (folder: string) => {
  const server = await startSlapd()
  after(server.remove)
  const directory = await seedDirectory(server)
  await directory.addPeople(people)
  return { directory, env: await ldapSyncEnv(server.url, folder) }
}

/** For `ldap-sync`, beside a real LDAP server. Its effects are its tables, its requests and the groups. */
export const ldapHarness = async (databaseUrl: string, folder: string): Promise<EffectHarness> => {
  const { directory, env } = await startDirectory(folder)
  return {
    env: { ...env, LDAP_SYNC_DATABASE_URL: databaseUrl },
    effects: async () => {
      const rows = await queryOnce(databaseUrl, texts.join(' union all '))
      const groups = await directory.below(groupBase)
      const members = groups.map(async (dn) => `${dn}: ${await directory.values(dn, 'member')}`)
      return [...rows.map(({ effect }) => String(effect)), ...(await Promise.all(members))]
    },
  }
}
