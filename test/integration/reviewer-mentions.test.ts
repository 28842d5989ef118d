// The notes that a real worker process writes: Kafka, the registry and PostgreSQL are real, and GitLab is the
// strict double.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Consumer } from '../../consumers/consumer.ts'
import { reviewerMentions } from '../../consumers/reviewer-mentions/reviewer-mentions.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { readSeries } from '../helpers/process/read-series.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { reviewersFile } from '../helpers/records/mention-effects.ts'
import { routeAllTo } from '../helpers/records/route-all-to.ts'
import { serverError } from '../helpers/servers/gitlab-api/faults.ts'
import { botToken, seedMergeRequest } from '../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { queryOnce } from '../helpers/servers/query-once.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const stack = await openWorkerStack('reviewer-mentions', [reviewerMentions as unknown as Consumer])
const gitlab = await startGitlabApi()
after(() => gitlab.stop())
const { addNote, botNotes } = seedMergeRequest(gitlab)

const destination = { type: 'gitlab', url: gitlab.url, token: botToken }
const routed = await routeAllTo(await stack.temporaryFolder(), destination)
const env = {
  DATABASE_URL: stack.databaseUrl,
  REVIEWER_MENTIONS_FILE: reviewersFile,
  ...routed.env,
  CONSUMER_SESSION_SECONDS: '6',
}
const start = () => stack.startReady(['consumer', 'reviewer-mentions'], env)
let [ingress, worker] = await Promise.all([stack.startIngress(), start()])

const opened = JSON.parse(String(sample('merge_request')))
const hook = (changes: object) => post(ingress.hookUrl, JSON.stringify({ ...opened, ...changes }))
const mentioned = () => botNotes().map((body) => body.match(/@\w+/g))
const untilSettled = (count: number) =>
  eventually(async () => {
    const text =
      'select state, count(*)::int from reviewer_mentions.messages where destination = $1 group by state'
    assert.deepEqual(await queryOnce(stack.databaseUrl, text, [routed.destination]), [
      { state: 'sent', count },
    ])
  })

test('a merge request that is opened gets one note, although the answer to it was lost', async () => {
  addNote('lberg', 'I look at it.')
  gitlab.fail({ kind: 'stored_then_cut' }, { method: 'POST' })
  await hook({})
  await hook({})
  await untilSettled(1)
  assert.deepEqual(mentioned(), [['@hsato', '@akovac']])
})

test('a process that is killed during a request leaves one note, which says what is right now', async () => {
  gitlab.fail({ kind: 'hang' }, { path: /\/notes/ })
  const { object_attributes: own } = opened
  await hook({
    object_attributes: { ...own, action: 'update', updated_at: '2026-10-06T12:31:00.000Z' },
    changes: { draft: { previous: true, current: false } },
  })
  await eventually(() => assert.ok(gitlab.requests.filter(({ path }) => /diffs/.test(path)).length >= 3))
  worker.kill('SIGKILL')
  await worker.exited
  // The lease of its queue expires only after 45 s.
  const expire = 'update reviewer_mentions.lanes set expires_at = now() where destination = $1'
  await queryOnce(stack.databaseUrl, expire, [routed.destination])
  gitlab.state.notes.splice(0, 1)
  gitlab.fail(serverError, { method: 'PUT' })
  worker = await start()
  await untilSettled(2)
  assert.deepEqual(mentioned(), [['@hsato', '@akovac', '@lberg']])
  assert.deepEqual(gitlab.misuses, [])
})

test('the metrics say when the token expires', async () => {
  const [token] = gitlab.state.tokens
  const series = `gitlab_api_token_expires_timestamp_seconds{gitlab="${gitlab.url}"}`
  await eventually(async () =>
    assert.equal(await readSeries(worker.metricsUrl, series), Date.parse(String(token?.expires_at)) / 1000),
  )
})
