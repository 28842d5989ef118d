import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import { openOperator } from '../../consumers/ldap-sync/operate/open-operator.ts'
import { reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { ldapSyncVariables } from '../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../lib/config.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { groupBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { botToken, seedOf } from '../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { level } from '../helpers/servers/gitlab-api/state.ts'

const { directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela', 'cleo'])
const double = await startGitlabApi()
after(() => double.stop())
const seed = seedOf(double)
seed.user({ id: 7, username: 'project_3_bot', bot: true })
seed.token({ token: botToken, user_id: 7 })
for (const [id, username] of [
  [1, 'anna'],
  [2, 'bela'],
  [3, 'cleo'],
] as const)
  seed.user({ id, username })
const group = seed.group({ id: 23, path: 'plattform' })
for (const user_id of [1, 2, 3]) seed.member({ source: 'groups', source_id: 23, user_id })
seed.member({ source: 'groups', source_id: 23, user_id: 7, access_level: level.owner })

const members = () => directory.values(`cn=plattform,${groupBase}`, 'member')

test('a reconciliation reads members, blocked users and LDAP links from GitLab', async () => {
  const sync = await startSync()
  const env = { ...sync.env, GITLAB_API_URL: double.url, LDAP_SYNC_GITLAB_API_TOKEN: botToken }
  const mapping = { mirror: [{ path: 'plattform' }] }
  const { env: settings } = await startSync({ mapping, database: sync.database })
  const apiEnv = { ...env, ...settings }
  const logger = quietLogger()
  const metrics = createMetrics()
  const gitlab = openGitlabApis({ worker: 'ldap-sync', scope: 'read_api', env: apiEnv, logger, metrics })
  const operator = openOperator(readVariables(ldapSyncVariables, apiEnv), logger, gitlab)
  after(async () => {
    await operator.close()
    await gitlab.close()
  })

  await reconcile(operator)
  assert.deepEqual(await members(), ['anna', 'bela', 'cleo'].map(personDn))
  // Whoever is blocked or no member any more leaves, although no hook said so.
  const blocked = double.state.users.find(({ id }) => id === 2)
  if (blocked !== undefined) blocked.state = 'blocked'
  const gone = double.state.members.findIndex(({ user_id }) => user_id === 3)
  double.state.members.splice(gone, 1)
  await reconcile(operator)
  assert.deepEqual(await members(), [personDn('anna')])
  // What GitLab fills from LDAP is left alone.
  Object.assign(group, { ldap_group_links: [{ cn: 'team', group_access: 30, provider: 'ldapmain' }] })
  seed.member({ source: 'groups', source_id: 23, user_id: 3 })
  await reconcile(operator)
  assert.deepEqual(await members(), [personDn('anna')])
  assert.deepEqual(double.misuses, [])
})

test('a group that the token cannot see loses nobody', async () => {
  const sync = await startSync({ mapping: { mirror: [{ path: 'plattform' }] }, env: {} })
  const env = { ...sync.env, GITLAB_API_URL: double.url, LDAP_SYNC_GITLAB_API_TOKEN: botToken }
  const logger = quietLogger()
  const gitlab = openGitlabApis({
    worker: 'ldap-sync',
    scope: 'read_api',
    env,
    logger,
    metrics: createMetrics(),
  })
  const operator = openOperator(readVariables(ldapSyncVariables, env), logger, gitlab)
  after(async () => {
    await operator.close()
    await gitlab.close()
  })
  await directory.remove(`cn=plattform,${groupBase}`)
  Object.assign(group, { ldap_group_links: [] })
  await reconcile(operator)
  const before = await members()
  double.fail({ kind: 'answer', status: 404, body: '{"message":"404 Group Not Found"}' })
  const { changes } = await reconcile(operator)
  assert.deepEqual(changes, [])
  assert.deepEqual(await members(), before)
})
