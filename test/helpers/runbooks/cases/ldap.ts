import { spawnSync } from 'node:child_process'
import { groupEvent, memberEvent } from '../../ldap/events.ts'
import { bridge, groupBase } from '../../ldap/ldap-server.ts'
import type { LdapTest, RunningSync } from '../../ldap/open-ldap-test.ts'
import type { Broken, Entries, PageCase } from '../page-case.ts'

const groupDn = `cn=nordlicht-team-23,${groupBase}`
const users = Array.from({ length: 10 }, (_, index) => index + 1)

const brokenSync = ({ env, lines }: RunningSync, more: Partial<Broken> = {}): Broken => ({
  env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
  process: () => ({
    metricsUrl: 'http://127.0.0.1:1/metrics',
    log: () => lines.map((line) => JSON.stringify(line)).join('\n'),
  }),
  ...more,
})

const whoami = 'ldapwhoami -x -H <LDAP_SYNC_URL> -D <LDAP_SYNC_BIND_DN> -W'
/** The page lets people type the password. */
const typed = whoami.replace('-W', "-w '<password>'")
const hasWhoami = spawnSync('ldapwhoami', ['-VV']).error === undefined
const skip = hasWhoami ? undefined : "Debian's package ldap-utils is not installed"
const asWhoami = (shows: RegExp, code = 0): Entries => ({ [whoami]: { as: typed, shows, code, skip } })

/** Pages about the LDAP sync. */
export const ldapCases: readonly PageCase<LdapTest>[] = [
  {
    page: 'ldap-changes-are-held',
    broken: 'six of ten people leave a group at once',
    breaks: async ({ startSync, directory }, t) => {
      const sync = await startSync()
      t.after(() => directory.remove(groupDn))
      await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'))
      await sync.feed(...users.map((user) => memberEvent('add', { user })))
      await sync.feed(...users.slice(0, 6).map((user) => memberEvent('remove', { user })))
      // Somebody has removed them by mistake.
      const repair = () => sync.feed(memberEvent('add', { user: 6, updated: 9 }))
      return brokenSync(sync, { repair })
    },
    Look: {
      'bridge ldap holds': { shows: /1 changes .*too many members would leave one group/ },
      'bridge audit search --group <path> --since 1d': {
        leftOut: 'no audit log is here: see test/integration/audit-search.test.ts',
      },
    },
    Do: { 'bridge ldap raise --removals 80 --for 1h': { shows: /^The limits are raised until / } },
    Verify: { 'bridge ldap holds': { shows: /^(?!.*too many members)/s } },
  },
  {
    page: 'ldap-groups-are-left-alone',
    broken: 'an LDAP group has the name that the mapping gives',
    breaks: async ({ startSync, directory }, t) => {
      const sync = await startSync()
      const entry = { objectClass: 'groupOfNames', cn: 'nordlicht-team-23', member: bridge.dn }
      await directory.add(groupDn, entry)
      t.after(() => directory.remove(groupDn))
      await sync.feed(groupEvent('create', 23, 'nordlicht/team-23'), memberEvent('add', { user: 1 }))
      return brokenSync(sync, { repair: () => directory.remove(groupDn) })
    },
    Look: {
      'bridge ldap status': { shows: /nordlicht-team-23.*conflict/ },
      log: { leftOut: 'it is about groups that cannot be read: see unreadable.test.ts' },
    },
    Do: { 'bridge ldap reconcile': { shows: /./ } },
    Verify: {
      'bridge ldap reconcile': { shows: /The directory is what GitLab says/ },
      'bridge ldap status': { shows: /nordlicht-team-23.*: present/ },
    },
  },
  {
    page: 'ldap-reconcile-fails',
    broken: 'the LDAP server has ended',
    breaks: async ({ startSync, server }, t) => {
      const sync = await startSync()
      await server.kill()
      // A second server would be left behind.
      let started: Promise<void> | undefined
      const start = () => (started ??= server.start())
      t.after(start)
      return brokenSync(sync, { repair: start })
    },
    Look: { 'bridge ldap diff': { code: 1, shows: /LDAP.*ECONNREFUSED/ } },
    Verify: { 'bridge ldap reconcile': { shows: /The directory is what GitLab says|changes/ } },
  },
  {
    page: 'ldap-server-is-not-usable',
    broken: 'the server refuses the password of the worker',
    breaks: async ({ startSync, server }) => {
      const sync = await startSync()
      const values: Record<string, string> = {
        ...{ LDAP_SYNC_URL: server.url, LDAP_SYNC_BIND_DN: bridge.dn, password: 'an old one' },
      }
      const wrong = await startSync({
        env: { LDAP_SYNC_BIND_PASSWORD: 'an old one' },
        database: sync.database,
      })
      await wrong.feed(groupEvent('create', 23, 'nordlicht/team-23')).catch(() => undefined)
      const repair = async () => {
        values.password = bridge.password
      }
      return brokenSync(wrong, { values, repair })
    },
    Look: {
      log: { shows: /the LDAP server cannot be used.*InvalidCredentialsError \(49\)/ },
      ...asWhoami(/Invalid credentials \(49\)/, 49),
    },
    Verify: {
      ...asWhoami(/^dn:/),
      'bridge lag': { leftOut: 'no Kafka is here' },
    },
  },
]
