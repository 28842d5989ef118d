import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { apiPath } from '../../../../consumers/gitlab-api/api-path.ts'
import type { FailureKind, GitlabFailure } from '../../../../consumers/gitlab-api/failure.ts'
import { gitlabFailureOf } from '../../../../consumers/gitlab-api/failure.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import { clientOf, shortLimits } from '../../../helpers/servers/gitlab-api/client-of.ts'
import { badGateway, type Fault, signInPage } from '../../../helpers/servers/gitlab-api/faults.ts'
import { botToken, inDays, seedBot, seedOf } from '../../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../../helpers/servers/gitlab-api/start-gitlab-api.ts'

const project = z.object({ id: z.number(), path_with_namespace: z.string() })
const lantern = { path: apiPath`/projects/${'nordlicht/lantern'}`, read: project }

/** A double with a bot, and its client. */
const openGitlab = async (t: TestContext, scopes?: string[]) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  const state = seedBot(gitlab, scopes)
  const client = clientOf(gitlab)
  t.after(() => client.close())
  return { gitlab, state, seed: seedOf(gitlab), ...client }
}

/** The error of a request that must fail. */
const errorOf = async (request: Promise<unknown>): Promise<Error & { failure: GitlabFailure }> => {
  const error = await request.then(
    () => assert.fail('the request did not fail'),
    (reason: unknown) => reason,
  )
  assert.ok(gitlabFailureOf(error), String(error))
  return error as Error & { failure: GitlabFailure }
}

test('a project is read by its full path, and fields that are not read are dropped', async (t) => {
  const { gitlab, api, outcomes } = await openGitlab(t)
  assert.deepEqual(await api.call(lantern), { id: 46, path_with_namespace: 'nordlicht/lantern' })
  assert.deepEqual(
    gitlab.requests.map(({ method, path, status }) => [method, path, status]),
    [['GET', '/projects/nordlicht%2Flantern', 200]],
  )
  assert.deepEqual(gitlab.requests[0]?.headers['private-token'], botToken)
  assert.deepEqual(outcomes, ['ok'])
  assert.deepEqual(gitlab.misuses, [])
})

test('a value of a path cannot leave its segment', async () => {
  assert.equal(apiPath`/projects/${'a/b?c#d'}/x`, '/projects/a%2Fb%3Fc%23d/x')
  for (const value of ['', '.', '..']) assert.throws(() => apiPath`/projects/${value}`, PermanentError)
})

type Setup = Awaited<ReturnType<typeof openGitlab>>

/** How a request is refused → what the worker is told. */
const refusals: [name: string, prepare: (setup: Setup) => void, kind: FailureKind, retriable: boolean][] = [
  ['an unknown token', ({ state }) => state.tokens.pop(), 'unauthorized', true],
  [
    'an expired token',
    ({ state }) => Object.assign(state.tokens[0] ?? {}, { expires_at: inDays(-1) }),
    'unauthorized',
    true,
  ],
  [
    'a revoked token',
    ({ state }) => Object.assign(state.tokens[0] ?? {}, { revoked: true }),
    'unauthorized',
    true,
  ],
  [
    'a token of too narrow a scope',
    ({ state }) => Object.assign(state.tokens[0] ?? {}, { scopes: ['read_user'] }),
    'insufficient_scope',
    true,
  ],
  [
    'a blocked bot',
    ({ state }) => Object.assign(state.users[0] ?? {}, { state: 'blocked' }),
    'unauthorized',
    true,
  ],
  ['a project that the bot may not see', ({ state }) => state.members.pop(), 'not_found', false],
]

for (const [name, prepare, kind, isRetriable] of refusals)
  test(`${name} is ${kind}, which is ${isRetriable ? 'retriable' : 'permanent'}`, async (t) => {
    const setup = await openGitlab(t)
    prepare(setup)
    const error = await errorOf(setup.api.call(lantern))
    assert.equal(error.failure.kind, kind)
    assert.equal(error instanceof RetriableError, isRetriable)
    assert.equal(error instanceof PermanentError, !isRetriable)
    assert.doesNotMatch(error.message, new RegExp(botToken))
    assert.match(
      error.message,
      /^GET http:\/\/127\.0\.0\.1:\d+\/api\/v4\/projects\/nordlicht%2Flantern was answered/,
    )
  })

/** Answers without JSON come from a server in front of GitLab, or from its list of blocked addresses. */
const answers: [status: number, body: string, kind: FailureKind][] = [
  [400, '{"message":{"title":["can\'t be blank"]}}', 'invalid'],
  [401, '<html>', 'unauthorized'],
  [403, 'Forbidden\n', 'unavailable'],
  [404, '<html>Not here</html>', 'unavailable'],
  [404, '{"error":"404 Not Found"}', 'not_found'],
  [405, '{"error":"405 Not Allowed"}', 'invalid'],
  [409, '{"message":"409 Conflict"}', 'conflict'],
  [412, '{"message":"412 Precondition Failed"}', 'conflict'],
  [422, '{"message":"422 Unprocessable"}', 'invalid'],
  [304, '', 'unexpected'],
  [200, '<html>Sign in</html>', 'unavailable'],
  [200, '{"id":"46"}', 'unexpected'],
  [200, '', 'unexpected'],
  [500, '{"message":"500 Internal Server Error"}', 'unavailable'],
]

test('each answer has one cause', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  for (const [status, body, kind] of answers) {
    gitlab.fail({ kind: 'answer', status, body }, { times: 10 })
    const { failure } = await errorOf(api.call(lantern))
    assert.equal(failure.kind, kind, `${status} ${body}`)
    assert.equal(failure.effect, 'none')
    gitlab.stopFailing()
  }
})

test('what GitLab says is in the error, and a token that a proxy repeats is not', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  gitlab.fail({ kind: 'answer', status: 400, body: `{"message":"bad header ${botToken}"}` })
  assert.match((await errorOf(api.call(lantern))).message, /was answered 400: bad header \*\*\*$/)
  // The text of GitLab is shortened to 300 characters. This would leave a part of the token.
  gitlab.fail({ kind: 'answer', status: 400, body: `{"message":"${'x'.repeat(290)} ${botToken}"}` })
  assert.match((await errorOf(api.call(lantern))).message, /x \*\*\*$/)
})

test('a read is repeated while GitLab is unavailable, and a change is not', async (t) => {
  const { gitlab, api, outcomes } = await openGitlab(t, ['api'])
  for (const fault of [badGateway, { kind: 'cut' } as const]) {
    gitlab.fail(fault, { times: 2 })
    assert.equal((await api.call(lantern)).id, 46)
  }
  assert.deepEqual(outcomes, ['unavailable', 'unavailable', 'ok', 'unavailable', 'unavailable', 'ok'])

  gitlab.fail(badGateway)
  const noted = api.call({ method: 'POST', path: apiPath`/projects/46/issues/1/notes`, read: z.unknown() })
  const { failure } = await errorOf(noted)
  assert.deepEqual(failure, { kind: 'unavailable', status: 502, effect: 'unknown' })
})

const interrupted: [name: string, fault: Fault, effect: GitlabFailure['effect']][] = [
  ['a change whose answer is cut off may have had its effect', { kind: 'stored_then_cut' }, 'unknown'],
  ['a change that is answered with a sign-in page may have had its effect', signInPage, 'unknown'],
]
for (const [name, fault, effect] of interrupted)
  test(name, async (t) => {
    const { gitlab, api, seed, state } = await openGitlab(t, ['api'])
    seed.noteable({ kind: 'issues', id: 900, iid: 1, project_id: 46, author_id: 7 })
    gitlab.fail(fault)
    const path = apiPath`/projects/${46}/issues/${1}/notes`
    const read = z.object({ id: z.number() })
    const error = await errorOf(api.call({ method: 'POST', path, body: { body: 'Hello' }, read }))
    assert.equal(error.failure.effect, effect)
    assert.equal(state.notes.length, fault.kind === 'stored_then_cut' ? 1 : 0)
  })

test('a change that never left has no effect', async (t) => {
  const { gitlab, api } = await openGitlab(t, ['api'])
  await gitlab.stop()
  const request = { method: 'POST' as const, path: apiPath`/projects/46/issues/1/notes`, read: z.unknown() }
  assert.deepEqual((await errorOf(api.call(request))).failure, {
    kind: 'unavailable',
    status: undefined,
    effect: 'none',
  })
})

test('a GitLab that does not answer is unavailable, before the time of the handler is over', async (t) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  const limits = { ...shortLimits, handler: { attemptMs: 200, totalMs: 300, repetitions: 2 } }
  const { api, close } = clientOf(gitlab, {}, limits)
  t.after(close)
  gitlab.fail({ kind: 'hang' }, { times: 10 })
  const error = await errorOf(api.call(lantern))
  assert.equal(error.failure.kind, 'unavailable')
  assert.match(error.message, /no answer within 0\.2 s/)
})

test('a request ends with the reason of its signal', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  gitlab.fail({ kind: 'hang' })
  const stopping = new AbortController()
  const reason = new Error('the worker stops')
  const request = api.call({ ...lantern, signal: stopping.signal })
  stopping.abort(reason)
  await assert.rejects(request, reason)
})
