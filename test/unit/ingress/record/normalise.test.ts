import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { classify } from '../../../../ingress/record/classify.ts'
import { normalise } from '../../../../ingress/record/normalise.ts'
import { hookOf, receivedAt } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const push = JSON.parse(fixture('push').body.toString())
const mergeRequest = JSON.parse(fixture('merge_request').body.toString())
const normaliseBody = (body: object | string, headers = {}, others = {}) => {
  const hook = hookOf(body, headers, others)
  return normalise(hook, classify(hook))
}
const factOf = (body: object, headers = {}) => {
  const { fact_id, fact_basis } = normaliseBody(body, headers).record.delivery
  return { fact_id, fact_basis }
}

test('the delivery describes the hook', () => {
  const body = Buffer.from(JSON.stringify(push))
  const headers = {
    'x-gitlab-event': 'Push Hook',
    'x-gitlab-instance': 'https://git.example',
    'user-agent': 'GitLab/19.4.0',
  }
  const { delivery } = normaliseBody(push, headers, { id: 'an-id', source: 'acme' }).record
  assert.deepEqual(
    { ...delivery, fact_id: '', raw_chunks: null },
    {
      id: 'an-id',
      body_sha256: hash('sha256', body),
      fact_id: '',
      fact_basis: 'content',
      event_type: 'push',
      event_header: 'Push Hook',
      source: 'acme',
      instance: 'https://git.example',
      user_agent: 'GitLab/19.4.0',
      received_at: receivedAt,
      occurred_at: null,
      raw_chunks: null,
      coercion_faults: [],
    },
  )
})

test('a push by project hook and by system hook is one fact', () => {
  const { object_kind: _kind, user_username: _user, ...bySystemHook } = push
  assert.deepEqual(
    factOf(push, { 'x-gitlab-event': 'Push Hook' }),
    factOf(bySystemHook, { 'x-gitlab-event': 'System Hook' }),
  )
})

test('a repository update of one ref is the same fact as its push; one of several refs is not', () => {
  const { project_id, before, after, ref } = push
  const update = { event_name: 'repository_update', project_id, changes: [{ before, after, ref }] }
  assert.equal(factOf(update).fact_id, factOf(push).fact_id)
  assert.notEqual(
    factOf({
      ...update,
      changes: [
        { before, after, ref },
        { before, after, ref: 'refs/heads/b' },
      ],
    }).fact_id,
    factOf(push).fact_id,
  )
})

test('another ref, head or project is another fact', () => {
  const ids = [
    push,
    { ...push, ref: 'refs/heads/x' },
    { ...push, after: push.before },
    { ...push, before: push.after },
    { ...push, project_id: 16 },
  ]
  assert.equal(new Set(ids.map((body) => factOf(body).fact_id)).size, ids.length)
})

test('equal ids on two instances of GitLab are two facts', () => {
  const [one, other] = ['https://a.example', 'https://b.example'].map(
    (instance) => factOf(push, { 'x-gitlab-instance': instance }).fact_id,
  )
  assert.notEqual(one, other)
})

test('a time written in another format is the same fact', () => {
  const at = (actioned_at: string) =>
    factOf({ ...mergeRequest, object_attributes: { ...mergeRequest.object_attributes, actioned_at } })
  assert.deepEqual(at('2026-05-29 04:40:14 UTC'), at('2026-05-29T04:40:14.000Z'))
  assert.notEqual(at('2026-05-29T04:40:14.001Z').fact_id, at('2026-05-29T04:40:14.000Z').fact_id)
})

test('changes in another order are the same fact, other changes are not', () => {
  const [a, b] = [
    { previous: 1, current: 2 },
    { previous: null, current: 'x' },
  ]
  const withChanges = (changes: object) => factOf({ ...mergeRequest, changes }).fact_id
  assert.equal(withChanges({ a, b }), withChanges({ b, a }))
  assert.notEqual(withChanges({ a, b }), withChanges({ a }))
})

test('the fact of a merge request is exact with actioned_at, else it is by content', () => {
  const withTimes = (times: object) =>
    factOf({ ...mergeRequest, object_attributes: { ...mergeRequest.object_attributes, ...times } }).fact_basis
  assert.equal(withTimes({ actioned_at: '2026-05-29T04:40:14.133Z' }), 'exact')
  assert.equal(withTimes({ actioned_at: null, updated_at: '2017-09-15 16:50:55 UTC' }), 'content')
})

test('without a fact each delivery is its own: two equal unknown hooks stay two', () => {
  const one = normaliseBody({ object_kind: 'telepathy' }, {}, { id: 'one' }).record.delivery
  const two = normaliseBody({ object_kind: 'telepathy' }, {}, { id: 'two' }).record.delivery
  assert.deepEqual([one.fact_id, one.fact_basis, two.fact_id], ['one', 'delivery', 'two'])
})

test('a hook without its identity is quarantined with the missing fields, its project and its body', () => {
  const { after: _after, ref: _ref, ...rest } = push
  const { event, record } = normaliseBody(rest, { 'x-gitlab-event': 'Push Hook' })
  assert.equal(event, 'quarantine')
  assert.partialDeepStrictEqual(record, {
    event_name: 'push',
    project_id: 15,
    reason: 'missing_identity',
    raw: Buffer.from(JSON.stringify(rest)),
  })
  assert.match((record as { detail: string }).detail, /push.*after.*ref/)
  assert.deepEqual([record.delivery.event_type, record.delivery.fact_basis], ['quarantine', 'delivery'])
})

test('a body that is not JSON is quarantined with the message of the parser', () => {
  const { event, record } = normaliseBody('{"object_kind":', { 'x-gitlab-event': 'Push Hook' })
  assert.equal(event, 'quarantine')
  assert.partialDeepStrictEqual(record, {
    event_name: 'Push Hook',
    project_id: null,
    reason: 'not_json',
    raw: Buffer.from('{"object_kind":'),
  })
})

test('fields of an unknown form are null and reported; the hook keeps its event', () => {
  const { event, record } = normaliseBody({
    ...push,
    user_id: { hidden: true },
    commits: [{ id: 7 }],
    total_commits_count: 'many',
  })
  assert.equal(event, 'push')
  assert.partialDeepStrictEqual(record, { user_id: null, total_commits_count: null })
  assert.deepEqual(record.delivery.coercion_faults.toSorted(), [
    'commits.0.id',
    'total_commits_count',
    'user_id',
  ])
})

test('of ten thousand faults a hundred are reported', () => {
  const { event, record } = normaliseBody({ ...push, commits: Array(10_000).fill(1) })
  assert.deepEqual([event, record.delivery.coercion_faults.length], ['push', 100])
})

test('the body cannot set raw, delivery or reason', () => {
  const { record } = normaliseBody({ ...push, raw: 'theirs', delivery: { id: 'theirs' } }, {}, { id: 'ours' })
  assert.equal(record.delivery.id, 'ours')
  assert.ok(Buffer.isBuffer(record.raw))
})
