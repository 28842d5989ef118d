import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeedFacets, FeedItem } from '../../../../consumers/event-feed/log/item.ts'
import { accessOfToken, openAccess } from '../../../../consumers/event-feed/subscription/access.ts'
import { feedEvents } from '../../../../consumers/event-feed/subscription/events.ts'
import { createFilter } from '../../../../consumers/event-feed/subscription/filter.ts'
import { eventsOf, QueryError, readStreamQuery } from '../../../../consumers/event-feed/subscription/query.ts'
import { parseSince } from '../../../../consumers/event-feed/subscription/since.ts'

const push: FeedFacets = {
  event: 'push',
  source: 'default',
  project: 'Nordlicht/apps/signal',
  projectId: 15,
  hasProject: true,
  group: 'Nordlicht/apps',
  visibility: 'internal',
  isConfidential: false,
  action: null,
  branch: 'feature/fog',
  labels: [],
  author: 'isolheim',
  status: null,
  isChild: false,
  genuineness: 'genuine',
}
const itemOf = (facets: FeedFacets | undefined): FeedItem => ({
  ...{ index: 0, offset: 0, timestamp: 0, event: 'push', facets, size: 0 },
  linesOf: () => Buffer.alloc(0),
})
const passes = (query: Record<string, unknown>, facets: Partial<FeedFacets> = {}, access = openAccess) =>
  createFilter(readStreamQuery(query), access).passes(itemOf({ ...push, ...facets }))

for (const [query, expected] of [
  [{}, true],
  [{ project: '15' }, true],
  [{ project: '1' }, false],
  [{ project: 'nordlicht/apps/signal' }, true],
  [{ project: 'nordlicht/apps' }, false],
  [{ project: 'nordlicht/**' }, true],
  [{ project: 'nordlicht/*' }, false],
  [{ project: '*/*/signal' }, true],
  [{ project: ['other/x', '15'] }, true],
  [{ project: 'other/x,nordlicht/apps/*' }, true],
  [{ group: 'nordlicht' }, true],
  [{ group: 'nordlicht/apps' }, true],
  [{ group: 'nord' }, false],
  [{ branch: 'feature/*' }, true],
  [{ branch: 'main' }, false],
  [{ author: 'ISolheim' }, true],
  [{ author: 'wrona' }, false],
  [{ project: '15', branch: 'main' }, false],
  [{ project: '15', branch: 'feature/*', author: 'isolheim', group: 'nordlicht' }, true],
] as const)
  test(`the filter ${JSON.stringify(query)} ${expected ? 'lets' : 'does not let'} the push through`, () => {
    assert.equal(passes(query), expected)
  })

test('a glob with a long row of asterisks ends soon, whatever the branch is', () => {
  const branch = 'a'.repeat(250)
  assert.equal(passes({ branch: `${'*'.repeat(200)}b` }, { branch }), false)
  assert.equal(passes({ branch: '**a**a**a**ab' }, { branch }), false)
})

test('tests, samples and simulations are left out unless they are asked for', () => {
  for (const genuineness of ['test', 'sample', 'simulate'] as const) {
    assert.equal(passes({}, { genuineness }), false)
    assert.equal(passes({ include: 'tests' }, { genuineness }), true)
  }
})

test('a record that cannot be read is told to whoever does not ask for certain projects', () => {
  const query = (text: Record<string, string>) => createFilter(readStreamQuery(text), openAccess)
  assert.equal(query({}).passes(itemOf(undefined)), true)
  assert.equal(query({ project: '15' }).passes(itemOf(undefined)), false)
})

test('a parameter that cannot be used is named', () => {
  for (const [query, problem] of [
    [{ event: 'pushes' }, /^event: there is no event pushes$/],
    [{ event: 'interval' }, /^event: there is no event interval$/],
    [{ events: 'push' }, /events/],
    [{ since: 'yesterday' }, /^since: must be a time such as/],
    [{ shape: 'xml' }, /^shape: must be one of body, record, summary$/],
    [{ include: 'all' }, /^include: /],
    [{ project: 'a*b*c*d*e*f' }, /^project: must have at most 4 asterisks/],
    [{ author: ',' }, /^author: has no value$/],
  ] as const)
    assert.throws(
      () => readStreamQuery(query),
      (error: Error) => {
        assert.ok(error instanceof QueryError)
        assert.match(error.message, problem)
        return true
      },
    )
})

test('the path of the address and the parameter name events together', () => {
  assert.deepEqual(eventsOf(readStreamQuery({ event: 'job' }, 'push,note')), ['push', 'note', 'job'])
  assert.deepEqual(eventsOf(readStreamQuery({})), feedEvents)
})

test('since is a time or how long ago', () => {
  const now = Date.parse('2026-12-01T12:00:00Z')
  for (const [text, expected] of [
    ['15m', now - 900_000],
    ['7d', now - 604_800_000],
    ['999999d', 0],
    ['2026-12-01T13:00:00+02:00', Date.parse('2026-12-01T11:00:00Z')],
    ['2026-12-01', Date.parse('2026-12-01T00:00:00Z')],
    ['15', undefined],
    ['2026-13-01', undefined],
    ['2026-12-01T12:00:00', undefined],
  ] as const)
    assert.equal(parseSince(text, now), expected, text)
})

const token = {
  name: 'dashboard',
  projects: ['nordlicht/**'],
  visibility: ['public', 'internal'] as const,
  events: ['user_create', 'confidential_note'],
  expiresAt: undefined,
}

test('a token sees the projects and visibilities that it names; what is not told is private', () => {
  const { sees } = accessOfToken(token)
  assert.equal(sees(push), true)
  assert.equal(sees({ ...push, project: 'Other/x' }), false)
  assert.equal(sees({ ...push, project: 'nordlicht-2/x' }), false)
  assert.equal(sees({ ...push, visibility: 'private' }), false)
  assert.equal(sees({ ...push, visibility: null }), false)
  assert.equal(accessOfToken({ ...token, visibility: ['private'] }).sees({ ...push, visibility: null }), true)
  assert.equal(sees({ ...push, project: null }), false, 'only the id of the project is known')
})

test('a token sees events without a project, and confidential ones, only if it names them', () => {
  const access = accessOfToken(token)
  const without = { ...push, project: null, hasProject: false }
  assert.equal(access.sees({ ...without, event: 'user_create' }), true)
  assert.equal(access.sees({ ...without, event: 'key_create' }), false)
  assert.deepEqual(
    feedEvents.filter((event) => event.startsWith('confidential_') && access.reads(event)),
    ['confidential_note'],
  )
})

test('without tokens everything but the confidential topics is read', () => {
  const unread = feedEvents.filter((event) => !openAccess.reads(event))
  assert.ok(unread.length > 3)
  for (const event of unread) assert.match(event, /^confidential_/)
})
