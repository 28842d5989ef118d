import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { openGitlabApis } from '../../consumers/gitlab-api/open-gitlab-apis.ts'
import { type Operator, openOperator } from '../../consumers/ldap-sync/operate/open-operator.ts'
import { reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { ldapSyncVariables } from '../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../lib/config.ts'
import { quietLogger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { groupBase, peopleBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
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

/** Does something with the API of the double, as `bridge ldap` does it. */
const withApi = async <T>(sync: RunningSync, token: string, act: (operator: Operator) => Promise<T>) => {
  const env = { ...sync.env, GITLAB_API_URL: double.url, LDAP_SYNC_GITLAB_API_TOKEN: token }
  const logger = quietLogger()
  const metrics = createMetrics()
  const gitlab = openGitlabApis({ worker: 'ldap-sync', scope: 'read_api', env, logger, metrics })
  const operator = openOperator(readVariables(ldapSyncVariables, env), logger, gitlab)
  try {
    return await act(operator)
  } finally {
    await operator.close()
    await gitlab.close()
  }
}

test('a user is bound by the identity that GitLab has, and only an administrator may read it', async () => {
  const admin = 'token-of-an-administrator'
  seed.user({ id: 8, username: 'root', is_admin: true })
  seed.token({ token: admin, user_id: 8 })
  await directory.remove(`cn=plattform,${groupBase}`).catch(() => undefined)
  const outside = `uid=cleo,${groupBase}`
  await directory.add(outside, { objectClass: 'inetOrgPerson', uid: 'cleo', cn: 'cleo', sn: 'cleo' })
  const identities: [user: number, provider: string, uid: string][] = [
    [1, 'ldapmain', personDn('bela').toUpperCase()],
    [2, 'saml', personDn('anna')],
    [3, 'ldapmain', outside],
  ]
  for (const [id, provider, extern_uid] of identities)
    Object.assign(double.state.users.find((user) => user.id === id) ?? {}, {
      state: 'active',
      identities: [{ provider, extern_uid }],
    })
  const people = { base: peopleBase, match: { by: 'identity', provider: 'ldapmain' } }
  const mirror = [{ path: 'plattform' }]
  const sync = await startSync({ mapping: { mirror } })
  const file = String(sync.env.LDAP_SYNC_MAPPING_FILE)
  // Without a token, the worker of the test would refuse this mapping.
  await writeFile(file, stringify({ ...parse(await readFile(file, 'utf8')), people }))
  await withApi(sync, botToken, reconcile)
  assert.equal(await members(), undefined, 'the bot is no administrator')
  await withApi(sync, admin, reconcile)
  assert.deepEqual(await members(), [personDn('bela')])
  const problems = await sync.query(
    'select username, problem from ldap_sync.people where problem is not null order by username',
  )
  assert.deepEqual(problems, [
    { username: 'bela', problem: 'not_found' },
    { username: 'cleo', problem: 'not_found' },
  ])
  await directory.remove(outside)
})

test('a group whose LDAP links the token may not read is left alone', async () => {
  const sync = await startSync({ mapping: { mirror: [{ path: 'plattform' }] } })
  await directory.remove(`cn=plattform,${groupBase}`).catch(() => undefined)
  Object.assign(group, { ldap_group_links: [] })
  double.fail(
    { kind: 'answer', status: 403, body: '{"message":"403 Forbidden"}' },
    { path: /ldap_group_links/ },
  )
  const { changes } = await withApi(sync, botToken, reconcile)
  assert.deepEqual([changes, await members()], [[], undefined])
  double.stopFailing()
  assert.notDeepEqual((await withApi(sync, botToken, reconcile)).changes, [])
})

test('a list without anybody removes nobody, and who was missing once can come back', async () => {
  await directory.remove(`cn=plattform,${groupBase}`).catch(() => undefined)
  const sync = await startSync({ mapping: { mirror: [{ path: 'plattform' }] } })
  await withApi(sync, botToken, reconcile)
  const before = await members()
  assert.ok((before?.length ?? 0) > 1)
  double.fail({ kind: 'answer', status: 200, body: '[]' }, { path: /\/members/ })
  await withApi(sync, botToken, reconcile)
  assert.deepEqual(await members(), before)
  const gone = double.state.members.splice(
    double.state.members.findIndex(({ user_id }) => user_id === 1),
    1,
  )
  await withApi(sync, botToken, reconcile)
  assert.equal((await members())?.length, (before?.length ?? 0) - 1)
  double.state.members.push(...gone)
  await withApi(sync, botToken, reconcile)
  assert.deepEqual(await members(), before)
})

test('a member who joined after the list was made stays', async () => {
  await directory.remove(`cn=plattform,${groupBase}`).catch(() => undefined)
  const sync = await startSync({ mapping: { mirror: [{ path: 'plattform' }] } })
  await withApi(sync, botToken, reconcile)
  const before = await members()
  // The list of GitLab does not have the first user, whose membership is younger than the list.
  double.state.members.splice(
    double.state.members.findIndex(({ user_id }) => user_id === 1),
    1,
  )
  await sync.query(
    'update ldap_sync.memberships set created_at = now(), updated_at = now() where user_id = 1',
  )
  await withApi(sync, botToken, reconcile)
  assert.deepEqual(await members(), before)
})
