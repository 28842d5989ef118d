import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { apiPath } from '../../../../consumers/gitlab-api/api-path.ts'
import { type OpenOptions, openGitlabApis } from '../../../../consumers/gitlab-api/open-gitlab-apis.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { shortLimits } from '../../../helpers/servers/gitlab-api/client-of.ts'
import { botToken, inDays, seedBot, seedOf } from '../../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { createTlsFiles } from '../../../helpers/servers/tls-files.ts'

const startDouble = async (t: TestContext) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  seedBot(gitlab)
  return { ...gitlab, seed: seedOf(gitlab) }
}

const open = (t: TestContext, env: OpenOptions['env'], scope: OpenOptions['scope'] = 'read_api') => {
  const { logger, lines } = recordingLogger()
  const metrics = createMetrics()
  const apis = openGitlabApis({ worker: 'ldap-sync', scope, env, logger, metrics, limits: shortLimits })
  t.after(() => apis.close())
  const series = (name: string, labels: Record<string, string>) =>
    seriesValue(metrics, `gitlab_api_${name}`, labels)
  /** Waits until a state is the only one that applies. */
  const untilState = (gitlab: string, wanted: string) =>
    eventually(async () => {
      for (const state of ['unknown', 'accepted', 'refused', 'insufficient_scope'])
        assert.equal(await series('token_state', { gitlab, state }), state === wanted ? 1 : 0, state)
    }, 20_000)
  return { apis, lines, series, untilState }
}

const lantern = { path: apiPath`/projects/46`, read: z.object({ id: z.number() }) }

test('an accepted token is seen in the metrics, with the day of its expiry', async (t) => {
  const gitlab = await startDouble(t)
  const { apis, series, untilState } = open(t, {
    GITLAB_API_URL: gitlab.url,
    GITLAB_API_TOKEN: botToken,
  })
  await untilState(gitlab.url, 'accepted')
  const expiry = Date.parse(inDays(300)) / 1000
  assert.equal(await series('token_expires_timestamp_seconds', { gitlab: gitlab.url }), expiry)
  const api = apis.of(gitlab.url) ?? assert.fail('no API')
  assert.equal((await api.call(lantern)).id, 46)
  assert.equal(await series('requests_total', { gitlab: gitlab.url, outcome: 'ok' }), 2)
  assert.equal(await series('requests_total', { gitlab: gitlab.url, outcome: 'unauthorized' }), 0)
})

test('a token that never expires is +Inf, and one that expires soon is a warning', async (t) => {
  const gitlab = await startDouble(t)
  const env = { GITLAB_API_URL: gitlab.url, GITLAB_API_TOKEN: botToken }
  Object.assign(gitlab.state.tokens[0] ?? {}, { expires_at: null })
  const endless = open(t, env)
  await endless.untilState(gitlab.url, 'accepted')
  const labels = { gitlab: gitlab.url }
  assert.equal(await endless.series('token_expires_timestamp_seconds', labels), Number.POSITIVE_INFINITY)

  Object.assign(gitlab.state.tokens[0] ?? {}, { expires_at: inDays(3) })
  const ending = open(t, env)
  await eventually(() => assert.equal(ending.lines.filter(({ level }) => level === 'warn').length, 1))
  const [warning] = ending.lines.filter(({ level }) => level === 'warn')
  assert.equal(warning?.message, "the token for GitLab's API expires soon")
  assert.deepEqual(warning?.fields.setting, 'GITLAB_API_TOKEN')
})

test('a refused token is an error that names the setting, and no log line has the token', async (t) => {
  const gitlab = await startDouble(t)
  Object.assign(gitlab.state.tokens[0] ?? {}, { revoked: true })
  const { lines, untilState } = open(t, {
    GITLAB_API_URL: gitlab.url,
    LDAP_SYNC_GITLAB_API_TOKEN: botToken,
  })
  await untilState(gitlab.url, 'refused')
  const errors = lines.filter(({ level }) => level === 'error')
  assert.deepEqual(
    errors.map(({ message, fields }) => [message, fields.setting]),
    [["GitLab's API refuses the token", 'LDAP_SYNC_GITLAB_API_TOKEN']],
  )
  assert.doesNotMatch(JSON.stringify(lines), new RegExp(botToken))
})

test('a token with too narrow a scope is noticed at the start', async (t) => {
  const gitlab = await startDouble(t)
  const env = { GITLAB_API_URL: gitlab.url, GITLAB_API_TOKEN: botToken }
  const { lines, untilState } = open(t, env, 'api')
  await untilState(gitlab.url, 'insufficient_scope')
  assert.deepEqual(
    lines.filter(({ level }) => level === 'error').map(({ fields }) => fields.needed),
    ['api'],
  )
})

test('a rotated token is used without a restart, and a changed list of instances too', async (t) => {
  const [first, second] = [await startDouble(t), await startDouble(t)]
  const folder = await temporaryFolder(t)
  const [settings, token] = [join(folder, 'gitlab.yaml'), join(folder, 'token')]
  writeFileSync(token, botToken)
  const write = (...urls: string[]) =>
    writeFileSync(
      settings,
      `instances:\n${urls.map((url) => `  ${url}: { token_file: "${token}" }\n`).join('')}`,
    )
  write(first.url)
  const { apis, series, untilState } = open(t, { GITLAB_API_FILE: settings })
  await untilState(first.url, 'accepted')
  assert.equal(apis.of(second.url), undefined)
  assert.equal(apis.of(null)?.instance, first.url)

  for (const double of [first, second]) double.seed.token({ token: 'glpat-new', user_id: 7 })
  Object.assign(first.state.tokens[0] ?? {}, { revoked: true })
  await apis
    .of(first.url)
    ?.call(lantern)
    .catch(() => undefined)
  await untilState(first.url, 'refused')
  writeFileSync(token, 'glpat-new\n')
  await untilState(first.url, 'accepted')

  write(first.url, second.url)
  await untilState(second.url, 'accepted')
  assert.equal(apis.of(null), undefined)

  write(second.url)
  await eventually(() => assert.equal(apis.of(first.url), undefined), 20_000)
  const gone = { gitlab: first.url, state: 'accepted' }
  assert.equal(await series('token_state', gone), undefined)
})

test('a GitLab with a private certificate authority is trusted by the setting only', async (t) => {
  const { maker, authority, server } = await createTlsFiles()
  t.after(() => maker.remove())
  const gitlab = await startGitlabApi({ tls: { cert: server.cert, key: server.key } })
  t.after(() => gitlab.stop())
  seedBot(gitlab)
  const env = { GITLAB_API_URL: gitlab.url, GITLAB_API_TOKEN: botToken }
  const trusting = open(t, { ...env, GITLAB_API_CA_FILE: authority.certFile })
  assert.equal((await trusting.apis.all()[0]?.call(lantern))?.id, 46)
  const doubting = open(t, env)
  await assert.rejects(doubting.apis.all()[0]?.call(lantern) ?? Promise.resolve(), /set GITLAB_API_CA_FILE/)
  assert.ok(gitlab.requests.every(({ status }) => status === 200))
})
