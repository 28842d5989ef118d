import { defineConsumer } from '../consumer.ts'
import { createUnreachedData } from '../personal-data/unreached-data.ts'
import { factsOf, syncEvents } from './facts/facts-of.ts'
import { ldapSyncVariables } from './variables.ts'

const rightsOn = (rights: string, tables: readonly string[]): string[] =>
  tables.map((table) => `${rights} on ldap_sync.${table}`)

/**
 * Mirrors the members of GitLab groups and projects into LDAP groups, within limits that a person can raise.
 * The state of each membership is kept in PostgreSQL, so that a second delivery of one fact changes nothing.
 */
export const ldapSync = defineConsumer({
  name: 'ldap-sync',
  summary: 'Mirrors the members of GitLab groups and projects into LDAP groups.',
  events: syncEvents,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'external',
  personalData: createUnreachedData([
    {
      store: 'the tables of the schema ldap_sync',
      why:
        'without the accounts and memberships of a person, the worker could not take rights away: when ' +
        'GitLab has deleted the user, delete the rows as their owner',
    },
    { store: 'the groups in LDAP', why: 'the directory belongs to you: remove the person there' },
  ]),
  database: {
    migrations: new URL('migrations/', import.meta.url),
    rights: [
      'usage on schema ldap_sync',
      ...rightsOn('select, insert, update', [
        ...['positions', 'containers', 'renames', 'memberships', 'people', 'targets', 'keys'],
        ...['runs', 'operations', 'holds', 'raises', 'settings'],
      ]),
      ...rightsOn('select, insert, update, delete', ['owned_members', 'hold_items', 'undone_items']),
    ],
  },
  metricsPort: 9468,
  variables: ldapSyncVariables,
  gitlabApi: {
    scope: 'read_api',
    role: 'Owner of the mirrored groups',
    without: 'It knows neither blocked users nor the groups that GitLab itself fills from LDAP.',
  },
  dryRun: (record) =>
    factsOf(record).map((fact) => ({ would: 'write', to: `ldap_sync (${fact.type})`, content: fact })),
  checkFiles: async (...given) => (await import('./sync/open-sync.ts')).checkSyncFiles(...given),
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
