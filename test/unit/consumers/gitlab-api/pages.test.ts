import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { apiPath } from '../../../../consumers/gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../../../consumers/gitlab-api/failure.ts'
import type { Paging } from '../../../../consumers/gitlab-api/gitlab-api.ts'
import { nextQueryOf } from '../../../../consumers/gitlab-api/links.ts'
import { clientOf } from '../../../helpers/servers/gitlab-api/client-of.ts'
import { badGateway } from '../../../helpers/servers/gitlab-api/faults.ts'
import { seedBot, seedOf } from '../../../helpers/servers/gitlab-api/seed.ts'
import { type DoubleOptions, startGitlabApi } from '../../../helpers/servers/gitlab-api/start-gitlab-api.ts'

const openGitlab = async (t: TestContext, options: DoubleOptions = {}) => {
  const gitlab = await startGitlabApi(options)
  t.after(() => gitlab.stop())
  seedBot(gitlab)
  const client = clientOf(gitlab, { instance: options.publicUrl ?? new URL(gitlab.url).origin })
  t.after(() => client.close())
  return { gitlab, seed: seedOf(gitlab), ...client }
}

const byId: Paging = { by: 'keyset', order: { by: 'id', sort: 'asc' } }
const projects = { path: apiPath`/projects`, read: z.object({ id: z.number() }), perPage: 3 }

const allOf = async <T>(pages: AsyncIterable<T[]>): Promise<T[]> => (await Array.fromAsync(pages)).flat()

test('a list is read to its end, by keyset and by page', async (t) => {
  const { gitlab, seed, api } = await openGitlab(t)
  for (let id = 100; id < 107; id += 1) seed.project({ id, group_id: 3, path: `p${id}` })
  const wanted = [46, 100, 101, 102, 103, 104, 105, 106]
  for (const paging of [byId, { by: 'page' } as const]) {
    const rows = await allOf(api.pages({ ...projects, paging }))
    assert.deepEqual(
      rows.map(({ id }) => id).sort((a, b) => a - b),
      wanted,
    )
  }
  assert.equal(gitlab.requests.length, 6)
  assert.deepEqual(gitlab.misuses, [])
})

test('by keyset, what vanishes between two pages shifts nothing', async (t) => {
  const { gitlab, seed, api } = await openGitlab(t)
  for (let id = 100; id < 106; id += 1) seed.project({ id, group_id: 3, path: `p${id}` })
  const seen: number[] = []
  for await (const page of api.pages({ ...projects, paging: byId })) {
    seen.push(...page.map(({ id }) => id))
    gitlab.state.projects = gitlab.state.projects.filter(({ id }) => id !== seen[0])
  }
  assert.deepEqual(seen, [46, 100, 101, 102, 103, 104, 105])
})

test('branches are read by keyset without an order, and their names need no care', async (t) => {
  const { gitlab, seed, api } = await openGitlab(t)
  const names = ['feature/a b', 'feature/ä&page=1', 'main', 'z']
  for (const name of names) seed.ref({ project_id: 46, kind: 'branches', name })
  const path = apiPath`/projects/${'nordlicht/lantern'}/repository/branches`
  const read = z.object({ name: z.string() })
  const rows = await allOf(api.pages({ path, read, perPage: 2, paging: { by: 'keyset' } }))
  assert.deepEqual(
    rows.map(({ name }) => name),
    names,
  )
  assert.deepEqual(gitlab.misuses, [])
})

test('links and redirects to the public address of GitLab are followed at the configured one', async (t) => {
  const publicUrl = 'https://gitlab.nordlicht.example'
  const { gitlab, seed, api } = await openGitlab(t, { publicUrl })
  for (let id = 100; id < 104; id += 1) seed.project({ id, group_id: 3, path: `p${id}` })
  seed.project({ id: 60, group_id: 3, path: 'new', old_paths: ['nordlicht/old'] })
  assert.equal((await allOf(api.pages({ ...projects, paging: byId }))).length, 6)
  const moved = await api.call({ path: apiPath`/projects/${'nordlicht/old'}`, read: projects.read })
  assert.equal(moved.id, 60)
  assert.deepEqual(
    gitlab.requests.slice(-2).map(({ path, status }) => [path, status]),
    [
      ['/projects/nordlicht%2Fold', 301],
      ['/projects/60', 200],
    ],
  )
})

test('a GitLab below a relative URL is called there', async (t) => {
  const { api } = await openGitlab(t, { basePath: '/tools/gitlab' })
  assert.equal((await api.call({ path: apiPath`/projects/46`, read: projects.read })).id, 46)
})

test('the token does not follow a redirect to another server', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  const other = await startGitlabApi()
  t.after(() => other.stop())
  const headers = { location: `${other.url}/api/v4/projects/46` }
  gitlab.fail({ kind: 'answer', status: 302, headers }, { times: 3 })
  const request = api.call({ path: apiPath`/projects/46`, read: projects.read })
  await assert.rejects(request, /was redirected to .*, which is not followed.*GITLAB_API_URL/)
  assert.deepEqual(other.requests, [])
})

test('pages that never end are refused', async (t) => {
  const { gitlab, api } = await openGitlab(t)
  const headers = { link: '<http://any/api/v4/projects?page=2>; rel="next"' }
  gitlab.fail({ kind: 'answer', status: 200, body: '[{"id":1}]', headers }, { times: 9 })
  const error = await allOf(api.pages({ ...projects, paging: { by: 'page' } })).catch((reason) => reason)
  assert.equal(gitlabFailureOf(error)?.kind, 'unexpected')
  assert.equal(gitlab.requests.length, 2)
})

test('a page that fails is read again, and the next one continues behind it', async (t) => {
  const { gitlab, seed, api } = await openGitlab(t)
  for (let id = 100; id < 104; id += 1) seed.project({ id, group_id: 3, path: `p${id}` })
  gitlab.fail(badGateway, { path: /id|cursor/, times: 2 })
  const rows = await allOf(api.pages({ ...projects, paging: byId, patience: 'background' }))
  assert.deepEqual(
    rows.map(({ id }) => id),
    [46, 100, 101, 102, 103],
  )
})

test('the next page is found in every form of the headers', () => {
  const current = new URLSearchParams({ page: '1', per_page: '2' })
  const next = (headers: Record<string, string>) => nextQueryOf(headers, current)?.toString()
  assert.equal(next({ link: '<https://x/y?page=2>; rel="next"' }), 'page=2')
  assert.equal(next({ link: '<https://x/?p=1>; rel="prev", <https://x/?p=3>; rel=next' }), 'p=3')
  assert.equal(next({ link: '</y?a=b%2Cc>; title="x"; rel="next"' }), 'a=b%2Cc')
  assert.equal(next({ link: '<https://x/?p=1>; rel="first"' }), undefined)
  assert.equal(next({ 'x-next-page': '2' }), 'page=2&per_page=2')
  assert.equal(next({ 'x-next-page': '' }), undefined)
  assert.equal(next({}), undefined)
})
