import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { apiPath } from '../../../../consumers/gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../../../consumers/gitlab-api/failure.ts'
import type { ApiRequest } from '../../../../consumers/gitlab-api/gitlab-api.ts'
import { clientOf } from '../../../helpers/servers/gitlab-api/client-of.ts'
import { seedBot, seedOf } from '../../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { level } from '../../../helpers/servers/gitlab-api/state.ts'

// The double must refuse what GitLab refuses. Otherwise the tests of the workers would prove nothing.

const row = z.looseObject({ id: z.number() })
const rows = z.array(z.looseObject({ id: z.number() }))

/** A double with a bot that writes, the person `tove` (8), and a merge request of hers. */
const openGitlab = async (t: TestContext) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  seedBot(gitlab, ['api'])
  const seed = seedOf(gitlab)
  seed.user({ id: 8, username: 'tove', identities: [{ provider: 'ldapmain', extern_uid: 'uid=tove' }] })
  seed.token({ token: 'glpat-tove', user_id: 8, scopes: ['api'] })
  seed.member({ source: 'projects', source_id: 46, user_id: 8 })
  seed.noteable({ kind: 'merge_requests', id: 900, iid: 1, project_id: 46, author_id: 8 })
  const bot = clientOf(gitlab)
  const tove = clientOf(gitlab, { token: 'glpat-tove' })
  t.after(() => Promise.all([bot.close(), tove.close()]))
  const statusOf = async (request: ApiRequest<z.ZodType>, api = bot.api) =>
    await api.call(request).then(
      () => 'accepted',
      (error: unknown) => gitlabFailureOf(error)?.status,
    )
  return { gitlab, seed, bot: bot.api, tove: tove.api, statusOf }
}

const request = apiPath`/projects/46/merge_requests/1`
const notes = apiPath`/projects/46/merge_requests/1/notes`
const post = (path: ApiRequest<z.ZodType>['path'], body: Record<string, unknown>) =>
  ({ method: 'POST', path, body, read: row }) as const

test('a note is created, listed, and edited by its author only', async (t) => {
  const { gitlab, bot, tove, statusOf } = await openGitlab(t)
  const { id } = await bot.call(post(notes, { body: 'Hello @tove' }))
  assert.deepEqual(
    (await tove.call({ path: notes, query: { sort: 'asc' }, read: rows })).map((note) => note.body),
    ['Hello @tove'],
  )
  const path = apiPath`/projects/46/merge_requests/1/notes/${id}`
  const own = { method: 'PUT', path, body: { body: 'Hi' }, read: row } as const
  assert.equal(await statusOf(own, tove), 403)
  assert.equal((await bot.call(own)).body, 'Hi')
  assert.equal(await statusOf({ method: 'DELETE', path, read: z.undefined() }, tove), 403)
  await bot.call({ method: 'DELETE', path, read: z.undefined() })
  assert.deepEqual([gitlab.state.notes, gitlab.misuses], [[], []])
})

test('what GitLab refuses is refused', async (t) => {
  const { statusOf, tove } = await openGitlab(t)
  assert.equal(await statusOf(post(notes, {})), 400)
  assert.equal(await statusOf(post(notes, { body: '' })), 400)
  assert.equal(await statusOf(post(apiPath`/projects/46/merge_requests/9/notes`, { body: 'x' })), 404)
  assert.equal(await statusOf(post(apiPath`/projects/47/merge_requests/1/notes`, { body: 'x' })), 404)
  const list = { path: notes, read: z.unknown() }
  assert.equal(await statusOf({ ...list, query: { sort: 'up' } }), 400)
  assert.equal(await statusOf({ ...list, query: { per_page: 0 } }), 400)
  assert.equal(
    await statusOf({ ...list, query: { pagination: 'keyset', order_by: 'created_at', sort: 'asc' } }),
    405,
  )
  const links = { path: apiPath`/groups/3/ldap_group_links`, read: z.unknown() }
  assert.equal(await statusOf(links), 403)
  assert.equal(await statusOf(links, tove), 404)
})

test('an unknown endpoint and an unknown parameter are misuses', async (t) => {
  const { gitlab, statusOf } = await openGitlab(t)
  assert.equal(await statusOf({ path: apiPath`/projekts`, read: z.unknown() }), 404)
  assert.equal(await statusOf({ path: apiPath`/projects`, query: { mebership: true }, read: rows }), 400)
  assert.deepEqual(gitlab.misuses, [
    'GET /projekts: the double knows no such endpoint',
    '/projects: not documented: mebership',
  ])
})

test('an emoji is given once, and taken back by its giver', async (t) => {
  const { gitlab, bot, tove, statusOf } = await openGitlab(t)
  const emoji = apiPath`/projects/46/merge_requests/1/award_emoji`
  const { id } = await bot.call(post(emoji, { name: 'eyes' }))
  assert.equal(await statusOf(post(emoji, { name: 'eyes' })), 404)
  assert.equal(await statusOf(post(emoji, { name: 'eyes' }), tove), 'accepted')
  const remove = { method: 'DELETE', path: apiPath`/projects/46/merge_requests/1/award_emoji/${id}` } as const
  assert.equal(await statusOf({ ...remove, read: z.undefined() }, tove), 403)
  await bot.call({ ...remove, read: z.undefined() })
  assert.deepEqual(
    gitlab.state.emoji.map(({ user_id }) => user_id),
    [8],
  )
})

test('a discussion gets answers, and labels are added and removed', async (t) => {
  const { gitlab, bot } = await openGitlab(t)
  const discussions = apiPath`/projects/46/merge_requests/1/discussions`
  const opened = { ...post(discussions, { body: 'Why?' }), read: z.object({ id: z.string() }) }
  const { id } = await bot.call(opened)
  await bot.call(post(apiPath`/projects/46/merge_requests/1/discussions/${id}/notes`, { body: 'Because.' }))
  const [discussion] = await bot.call({
    path: discussions,
    read: z.array(z.object({ individual_note: z.boolean(), notes: rows })),
  })
  assert.deepEqual([discussion?.individual_note, discussion?.notes.length], [false, 2])
  const labels = { method: 'PUT', path: request, read: row } as const
  await bot.call({ ...labels, body: { add_labels: 'b,a' } })
  assert.deepEqual((await bot.call({ ...labels, body: { remove_labels: 'b' } })).labels, ['a'])
  assert.deepEqual(gitlab.misuses, [])
})

test('members are direct or inherited, and only an administrator sees identities', async (t) => {
  const { gitlab, seed, bot, tove } = await openGitlab(t)
  const members = async (path: ApiRequest<z.ZodType>['path']) =>
    (await bot.call({ path, read: rows })).map(({ id, access_level }) => [id, access_level])
  assert.deepEqual(await members(apiPath`/projects/46/members`), [[8, level.developer]])
  assert.deepEqual(await members(apiPath`/projects/46/members/all`), [
    [8, level.developer],
    [7, level.reporter],
  ])
  const person = { path: apiPath`/users/8`, read: row }
  assert.equal((await tove.call(person)).identities, undefined)
  seed.user({ id: 1, username: 'root', is_admin: true })
  Object.assign(gitlab.state.tokens[0] ?? {}, { user_id: 1 })
  assert.deepEqual((await bot.call(person)).identities, [{ provider: 'ldapmain', extern_uid: 'uid=tove' }])
})
