// A dropped connection and a locked bind user, through the runtime of a worker: it waits.
// No record becomes a dead letter.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ldapSync } from '../../../consumers/ldap-sync/ldap-sync.ts'
import { seedDirectory } from '../../helpers/ldap/directory.ts'
import { type Membership, memberEvent } from '../../helpers/ldap/events.ts'
import { ldapSyncEnv } from '../../helpers/ldap/ldap-harness.ts'
import { startLdapProxy } from '../../helpers/ldap/ldap-proxy.ts'
import { bridge, groupBase, personDn } from '../../helpers/ldap/ldap-server.ts'
import { hasSlapd, startSlapd } from '../../helpers/ldap/slapd.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { assertAccepted } from '../../helpers/records/accepted.ts'
import { post } from '../../helpers/records/hooks.ts'
import { messagesOn } from '../../helpers/records/records.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { openStack } from '../../helpers/servers/stack.ts'

const stack = await openStack('ldap-outage')
// Another test of ldap-sync may run at the same time, and a database has the state of one directory only.
const { databaseUrl, remove } = await startServers(['postgres'])
after(remove)
const { logger } = recordingLogger()
await setUpPatiently({ ...stack.env, DATABASE_URL: databaseUrl, AUDIT_LOG_DATABASE_URL: '' }, logger, [
  ldapSync,
])
const { hookUrl } = await stack.startIngress()

const tell = async (verb: 'add' | 'remove', member: Membership) => {
  const body = memberEvent(verb, { ...member, group: 40 })
  const answer = await post(hookUrl, JSON.stringify(body), { 'x-gitlab-event': 'System Hook' })
  const event = verb === 'add' ? 'user_add_to_group' : 'user_remove_from_group'
  assertAccepted(answer.body, event, answer.status)
}
const [anna, bela, cleo] = ['anna', 'bela', 'cleo'].map((username, index) => ({ user: index + 1, username }))
assert.ok(anna !== undefined && bela !== undefined && cleo !== undefined)

const prepare = async () => {
  const server = await startSlapd()
  after(server.remove)
  const directory = await seedDirectory(server)
  await directory.addPeople(['anna', 'bela', 'cleo'])
  const proxy = await startLdapProxy(server)
  const settings = await ldapSyncEnv(proxy.url, await stack.temporaryFolder())
  return { directory, proxy, env: { ...settings, LDAP_SYNC_DATABASE_URL: databaseUrl } }
}

const skip = !hasSlapd() && 'slapd is not installed'
test('while LDAP cannot be used, nothing is changed and no record becomes a dead letter', {
  skip,
}, async (t) => {
  const { directory, proxy, env } = await prepare()
  const members = () => directory.values(`cn=nordlicht-werft,${groupBase}`, 'member')
  const untilMembers = (...names: string[]) =>
    eventually(async () => assert.deepEqual(await members(), names.map(personDn)))
  const start = async () => {
    const worker = await startWorkerInProcess(stack, ldapSync, env)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= worker.stop()
      return stopped
    }
    t.after(stop)
    return { ...worker, stop }
  }
  const deadLetters = () => messagesOn(stack, stack.names.deadLetterTopic('ldap-sync'))

  const first = await start()
  await tell('add', anna)
  await tell('add', bela)
  await untilMembers('anna', 'bela')
  proxy.cut('search', 'request')
  proxy.cut('modify', 'request')
  await tell('remove', anna)
  await untilMembers('bela')
  assert.deepEqual(await deadLetters(), [])

  await directory.addValue(bridge.dn, 'userPassword', 'locked')
  await directory.removeValue(bridge.dn, 'userPassword', bridge.password)
  const before = await directory.dump()
  /** The result code is 49 for a wrong password, and for a locked user. */
  const untilRefused = ({ lines }: typeof first) =>
    eventually(() =>
      assert.ok(
        lines.some(
          ({ message, fields }) =>
            message === 'circuit open' && String(fields.error).includes('InvalidCredentialsError (49)'),
        ),
      ),
    )
  proxy.cut('search', 'request')
  await tell('add', cleo)
  await tell('remove', bela)
  await untilRefused(first)
  await first.stop()
  const second = await start()
  await untilRefused(second)
  await second.stop()
  assert.equal(await directory.dump(), before)
  assert.deepEqual(await deadLetters(), [])

  await directory.addValue(bridge.dn, 'userPassword', bridge.password)
  await directory.removeValue(bridge.dn, 'userPassword', 'locked')
  const third = await start()
  await untilMembers('cleo')
  await third.stop()
  assert.deepEqual(await deadLetters(), [])
})
