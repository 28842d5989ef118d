import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { commitMessages } from '../../../../consumers/issue-commenter/commit-messages.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { mergeRequestRecord } from '../../../helpers/records/merge-request-hooks.ts'
import { clientOf } from '../../../helpers/servers/gitlab-api/client-of.ts'
import { seedMergeRequest } from '../../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../../helpers/servers/gitlab-api/start-gitlab-api.ts'

const record = mergeRequestRecord('open', { message: 'The last one' })

const open = async (t: TestContext, commits: number, token?: string) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  const { mergeRequest } = seedMergeRequest(gitlab)
  for (let index = 0; index < commits; index++)
    mergeRequest.commits.push({ id: `${index}`.padStart(40, '0'), title: 'One', message: `One ${index}` })
  const { api, close } = clientOf(gitlab, token === undefined ? {} : { token })
  t.after(close)
  const read = (of = record) => commitMessages(of, api, AbortSignal.timeout(30_000))
  return { gitlab, read }
}

test('without an API, or a merge request without a number, the last commit is read', async (t) => {
  const { gitlab, read } = await open(t, 3)
  assert.deepEqual(await commitMessages(record, undefined, AbortSignal.timeout(30_000)), ['The last one'])
  const own = { ...record.object_attributes, iid: null }
  assert.deepEqual(await read({ ...record, object_attributes: own }), ['The last one'])
  assert.equal(gitlab.requests.length, 0)
})

test('all commits are read, page by page, and a merge request without end is not', async (t) => {
  const { gitlab, read } = await open(t, 230)
  const messages = await read()
  assert.equal(messages.length, 231)
  assert.equal(messages.at(-1), 'The last one')
  const many = await open(t, 900)
  assert.equal((await many.read()).length, 501)
  assert.equal(many.gitlab.requests.length, 5)
  assert.deepEqual([...gitlab.misuses, ...many.gitlab.misuses], [])
})

test('a project that the token may not see leaves the last commit', async (t) => {
  const { read } = await open(t, 3)
  assert.deepEqual(await read({ ...record, project_id: 9999 }), ['The last one'])
})

test('while GitLab refuses the token or does not answer, the worker waits', async (t) => {
  const { read } = await open(t, 3, 'glpat-of-nobody')
  await assert.rejects(read(), RetriableError)
})
