import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { apiPath } from '../../../../consumers/gitlab-api/api-path.ts'
import { GitlabRetriableError, gitlabFailureOf } from '../../../../consumers/gitlab-api/failure.ts'
import { askedWaitMs, createRateGate } from '../../../../consumers/gitlab-api/rate-gate.ts'
import { clientOf } from '../../../helpers/servers/gitlab-api/client-of.ts'
import { seedBot, seedOf } from '../../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../../helpers/servers/gitlab-api/start-gitlab-api.ts'

const openGitlab = async (t: TestContext) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  seedBot(gitlab, ['api'])
  const client = clientOf(gitlab)
  t.after(() => client.close())
  return { gitlab, ...client }
}

const lantern = { path: apiPath`/projects/46`, read: z.object({ id: z.number() }) }

test('a limit that ends soon is waited for, and no request goes out meanwhile', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  gitlab.limit({ requests: 2, windowMs: 1500 })
  for (let count = 0; count < 6; count += 1)
    assert.equal((await api.call({ ...lantern, patience: 'background' })).id, 46)
  const statuses = gitlab.requests.map(({ status }) => status)
  assert.equal(statuses.filter((status) => status === 200).length, 6)
  // The headers of the last allowed request say that nothing is left, so that hardly any is refused.
  assert.ok(statuses.filter((status) => status === 429).length <= 2, statuses.join())
})

test('a limit that lasts longer than a handler may wait is retriable, with the time of GitLab', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  gitlab.limit({ requests: 1, windowMs: 3_600_000 })
  await api.call(lantern)
  for (const _ of ['refused at once', 'and again']) {
    const error = await api.call(lantern).catch((reason: unknown) => reason)
    assert.ok(error instanceof GitlabRetriableError)
    assert.equal(error.failure.kind, 'rate_limited')
    assert.ok((error.retryAfterMs ?? 0) > 3_500_000, `${error.retryAfterMs}`)
  }
  assert.equal(gitlab.requests.length, 1)
})

test('the limit of one endpoint does not hold up other requests', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  seedOf(gitlab).noteable({ kind: 'issues', id: 900, iid: 1, project_id: 46, author_id: 7 })
  const body = '{"message":{"error":"This endpoint has been requested too many times. Try again later."}}'
  gitlab.fail({ kind: 'answer', status: 429, body, headers: { 'retry-after': '60' } }, { method: 'POST' })
  const note = { method: 'POST', path: apiPath`/projects/46/issues/1/notes`, body: { body: 'x' } } as const
  const error = await api.call({ ...note, read: z.unknown() }).catch((reason: unknown) => reason)
  assert.deepEqual(gitlabFailureOf(error), { kind: 'rate_limited', status: 429, effect: 'none' })
  assert.equal((error as GitlabRetriableError).retryAfterMs, 60_000)
  assert.equal((await api.call(lantern)).id, 46)
})

test('a change that was refused by the limit is sent again', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  seedOf(gitlab).noteable({ kind: 'issues', id: 900, iid: 1, project_id: 46, author_id: 7 })
  gitlab.fail({ kind: 'answer', status: 429, body: 'Retry later\n', headers: { 'retry-after': '0' } })
  const path = apiPath`/projects/46/issues/1/notes`
  await api.call({ method: 'POST', path, body: { body: 'Hello' }, read: z.unknown() })
  assert.equal(gitlab.state.notes.length, 1)
})

test('the clock of GitLab decides how long a limit lasts', () => {
  const date = 'Mon, 02 Nov 2026 09:00:00 GMT'
  const reset = Date.parse(date) / 1000 + 30
  const wait = (headers: Record<string, string>) => askedWaitMs({ headers })
  assert.equal(wait({ date, 'ratelimit-reset': String(reset) }), 30_000)
  assert.equal(wait({ date, 'ratelimit-reset': String(reset - 60) }), 0)
  assert.equal(wait({ 'ratelimit-reset': '30' }), 30_000)
  assert.equal(wait({ date, 'retry-after': '5', 'ratelimit-reset': String(reset) }), 5000)
  for (const wrong of ['', 'soon', '-1', '1e3']) assert.equal(wait({ 'ratelimit-reset': wrong }), undefined)
  assert.equal(wait({}), undefined)
})

test('a wait of more than an hour, whatever header asks for it, is an hour', () => {
  const wait = (headers: Record<string, string>) => askedWaitMs({ headers })
  for (const headers of [
    { 'retry-after': '999999999999' },
    { 'ratelimit-reset': '999999999' },
    { 'ratelimit-reset': '999999999999', date: 'Thu, 01 Jan 1970 00:00:00 GMT' },
  ])
    assert.equal(wait(headers), 3_600_000)
  const gate = createRateGate(() => 0)
  gate.note({ status: 200, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '999999999' } })
  assert.equal(gate.waitMs(), 3_600_000)
})

test('a limit that always asks for no wait does not lead to requests without a pause', async (t) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  seedBot(gitlab, ['api'])
  const limits = { attemptMs: 1000, totalMs: 3500, repetitions: 2 }
  const client = clientOf(gitlab, {}, { handler: limits, background: limits })
  t.after(() => client.close())
  const answer = { kind: 'answer', status: 429, body: '{}', headers: { 'retry-after': '0' } } as const
  for (let count = 0; count < 100; count += 1) gitlab.fail(answer)
  await assert.rejects(client.api.call(lantern), GitlabRetriableError)
  assert.ok(gitlab.requests.length <= 4, `${gitlab.requests.length} requests`)
})

test('the gate opens again when the time has passed', () => {
  let now = 0
  const gate = createRateGate(() => now)
  gate.note({ status: 200, headers: { 'ratelimit-remaining': '1', 'ratelimit-reset': '9' } })
  assert.equal(gate.waitMs(), 0)
  gate.note({ status: 200, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '9' } })
  assert.equal(gate.waitMs(), 9000)
  now = 9000
  assert.equal(gate.waitMs(), 0)
})
