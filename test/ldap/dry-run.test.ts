// `--dry-run` as a user calls it: with settings that would let the command write.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { groupBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'

const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const entry = fileURLToPath(new URL('../../cli/bridge.ts', import.meta.url))

test('a dry run sends nothing that changes the directory, and prints what would be sent', async (t) => {
  const sync = await startSync()
  await sync.feed(
    groupEvent('create', 23, 'nordlicht/team-23'),
    memberEvent('add', { user: 1, username: 'anna' }),
  )
  const proposing = await startSync({ database: sync.database, env: { LDAP_SYNC_MODE: 'propose' } })
  await proposing.feed(memberEvent('add', { user: 2, username: 'bela' }))
  const before = await directory.dump()
  const proxy = await startLdapProxy(server)
  const folder = await temporaryFolder(t)
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const env = {
    ...{ PATH, NODE_COMPILE_CACHE, BRIDGE_DATA_DIR: folder },
    ...{ ...sync.env, LDAP_SYNC_URL: proxy.url },
  }
  const bridge = async (...args: string[]) =>
    (await promisify(execFile)(process.execPath, [entry, 'ldap', ...args], { env, cwd: folder })).stdout
  const addsBela = `dn: ${groupDn}\nchangetype: modify\nadd: member\nmember: ${personDn('bela')}\n-\n`
  assert.equal(await bridge('reconcile', '--dry-run'), addsBela)
  assert.equal(await bridge('undo', '1', '--dry-run'), `dn: ${groupDn}\nchangetype: delete\n`)
  assert.ok((proxy.counts.get('search') ?? 0) > 0)
  assert.equal(proxy.writes(), 0)
  assert.equal(await directory.dump(), before)
  assert.match(await bridge('reconcile'), /^add to .*bela/)
  assert.equal(proxy.writes(), 1, 'the control: without --dry-run the same settings write')
})
