// GitLab's API does not answer, or says less than usual: nothing follows from it.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { after, beforeEach, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { openGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import { openOperator } from '../../consumers/ldap-sync/operate/open-operator.ts'
import { type Reconciled, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { ldapSyncVariables } from '../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../lib/config.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { memberEvent, recordFrom } from '../helpers/ldap/events.ts'
import { groupBase, peopleBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { botToken, seedOf } from '../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { level } from '../helpers/servers/gitlab-api/state.ts'

const { directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela'])
const double = await startGitlabApi()
after(() => double.stop())
const seed = seedOf(double)
seed.user({ id: 7, username: 'project_3_bot', bot: true })
seed.token({ token: botToken, user_id: 7 })
seed.group({ id: 23, path: 'plattform' })
seed.member({ source: 'groups', source_id: 23, user_id: 7, access_level: level.owner })
for (const [id, username] of ['anna', 'bela'].map((name, index) => [index + 1, name] as const)) {
  seed.user({ id, username })
  seed.member({ source: 'groups', source_id: 23, user_id: id })
}
const members = () => directory.values(`cn=plattform,${groupBase}`, 'member')
const mapping = { mirror: [{ path: 'plattform' }] }

beforeEach(async () => {
  double.stopFailing()
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

const compare = async (sync: RunningSync): Promise<Reconciled> => {
  const env = { ...sync.env, GITLAB_API_URL: double.url, LDAP_SYNC_GITLAB_API_TOKEN: botToken }
  const logger = quietLogger()
  const metrics = createMetrics()
  const gitlab = openGitlabApis({ worker: 'ldap-sync', scope: 'read_api', env, logger, metrics })
  const operator = openOperator(readVariables(ldapSyncVariables, env), logger, gitlab)
  try {
    return await reconcile(operator)
  } finally {
    await operator.close()
    await gitlab.close()
  }
}

/** Such an answer is not tried again. */
const nonsense = { kind: 'answer', status: 200, body: '"nonsense"' } as const

for (const [what, path] of [
  ['a group', /groups\/plattform/],
  ['its LDAP links', /ldap_group_links/],
  ['its members', /members/],
] as const)
  test(`while GitLab cannot say ${what}, nothing is compared`, async () => {
    const sync = await startSync({ mapping })
    double.fail(nonsense, { path })
    await assert.rejects(compare(sync))
    assert.equal(await members(), undefined)
    assert.deepEqual(
      await sync.query('select filled_from_ldap from ldap_sync.settings, ldap_sync.containers'),
      [],
    )
  })

test('a member whom GitLab still lists after the removal was told is not added again', async () => {
  const sync = await startSync({ mapping })
  await compare(sync)
  assert.deepEqual(await members(), ['anna', 'bela'].map(personDn))
  // The membership of the list began at the same time.
  const event = memberEvent('remove', { user: 1, username: 'anna', created: 3600, updated: 7200 })
  const [container] = await sync.query('select instance from ldap_sync.containers')
  await sync.feedRecords([await recordFrom(String(container?.instance), event)])
  assert.deepEqual(await members(), [personDn('bela')])
  await compare(sync)
  assert.deepEqual(await members(), [personDn('bela')])
})

const startWithIdentities = async () => {
  const sync = await startSync({ mapping })
  const people = { base: peopleBase, match: { by: 'identity', provider: 'ldapmain' } }
  const file = String(sync.env.LDAP_SYNC_MAPPING_FILE)
  // Without a token, the worker of the test would refuse this mapping.
  await writeFile(file, stringify({ ...parse(await readFile(file, 'utf8')), people }))
  return sync
}

test('an identity that the token may not read is not known, which is not the same as none', async () => {
  const sync = await startWithIdentities()
  await compare(sync)
  assert.equal(await members(), undefined)
  assert.deepEqual(await sync.query('select username from ldap_sync.people where problem is not null'), [])
})

test('an identity that GitLab cannot say now is asked for again', async () => {
  const sync = await startWithIdentities()
  double.fail(nonsense, { path: /\/users\/1/ })
  await assert.rejects(compare(sync))
})
