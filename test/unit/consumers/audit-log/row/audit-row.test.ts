import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditRowOf } from '../../../../../consumers/audit-log/row/audit-row.ts'
import { deliver, hookOf, receivedAt } from '../../../../helpers/records/deliver.ts'
import { fixture, fixtures } from '../../../../helpers/records/samples.ts'

const rowOf = async (body: Buffer | object, headers = {}) => {
  const { event, decoded } = await deliver(hookOf(body, headers, { id: 'an-id' }))
  return auditRowOf({ ...decoded, eventType: event } as unknown as Parameters<typeof auditRowOf>[0])
}
const bodyOf = (name: string) => JSON.parse(fixture(name).body.toString())

test('a row has the fields of the delivery and the body', async () => {
  const { body } = fixture('push')
  assert.partialDeepStrictEqual(await rowOf(body, { 'x-gitlab-instance': 'https://git.example' }), {
    received_at: receivedAt,
    delivery_id: 'an-id',
    event_type: 'push',
    source: 'default',
    instance: 'https://git.example',
    occurred_at: null,
    fact_basis: 'content',
    project_id: 15,
    project_path: 'nordlicht/signal',
    raw: body,
  })
})

test('the user is found in the place where the event keeps it', async () => {
  const actorOf = async (name: string) => {
    const { user_id, user_username, user_name } = await rowOf(fixture(name).body)
    return [user_id, user_username, user_name]
  }
  const [push, update, mergeRequest] = [bodyOf('push'), bodyOf('repository_update'), bodyOf('merge_request')]
  assert.deepEqual(await actorOf('push'), [push.user_id, push.user_username, push.user_name])
  assert.deepEqual(await actorOf('repository_update'), [update.user_id, null, update.user_name])
  assert.deepEqual(await actorOf('merge_request'), [
    mergeRequest.user.id,
    mergeRequest.user.username,
    mergeRequest.user.name,
  ])
})

test('the actor is who approved, decided or asked, not the user whom the event is about', async () => {
  const rowFor = (name: string, edit: object) => rowOf({ ...bodyOf(name), ...edit })
  const { approver } = bodyOf('deployment_approved')
  assert.equal((await rowOf(fixture('deployment_approved').body)).user_username, approver.username)
  assert.notEqual(approver.username, bodyOf('deployment_approved').user.username)
  const decided = await rowFor('gitlab_subscription_member_approvals', {
    reviewed_by_user_id: 4,
    user_id: 46,
  })
  assert.equal(decided.user_id, 4)
  const asked = await rowFor('gitlab_subscription_member_approval', { requested_by_user_id: 5, user_id: 46 })
  assert.equal(asked.user_id, 5)
  const { object_attributes } = bodyOf('vulnerability')
  const ids = { confirmed_by_id: 1, dismissed_by_id: 2, resolved_by_id: 3 }
  for (const [state, id] of [
    ['confirmed', 1],
    ['dismissed', 2],
    ['resolved', 3],
    ['detected', null],
  ] as const) {
    const row = await rowFor('vulnerability', { object_attributes: { ...object_attributes, ...ids, state } })
    assert.equal(row.user_id, id, state)
  }
})

test('events that name only their subject have no user: a created user did not create itself', async () => {
  for (const name of [
    'project_create',
    'user_create',
    'user_add_to_team',
    'user_add_to_group',
    'key_create',
    'group_create',
  ]) {
    const { user_id, user_username, user_name } = await rowOf(fixture(name).body)
    assert.deepEqual([user_id, user_username, user_name], [null, null, null], name)
  }
})

test('the path of a created project is in the row', async () => {
  assert.equal(
    (await rowOf(fixture('project_create').body)).project_path,
    bodyOf('project_create').path_with_namespace,
  )
})

test('a NUL character is replaced in every text, but not in the body', async () => {
  const body = {
    ...bodyOf('push'),
    user_name: 'a\0b',
    user_username: '\0',
    project: { path_with_namespace: 'a\0/b' },
  }
  const row = await rowOf(body)
  assert.deepEqual([row.user_name, row.user_username, row.project_path], ['a\ufffdb', '\ufffd', 'a\ufffd/b'])
  assert.ok(row.raw.equals(Buffer.from(JSON.stringify(body))))
})

test('every event makes a row with one sentence, and no text with a NUL character', async () => {
  for (const { name, body, headers } of fixtures) {
    const { raw, ...row } = await rowOf(body, headers)
    assert.ok(raw.equals(body), name)
    assert.match(row.summary, /^[^\n]{10,400}[.…]$/, name)
    assert.doesNotMatch(row.summary, /null|undefined|NaN|\[object/, `${name}: ${row.summary}`)
    for (const value of Object.values(row))
      if (typeof value === 'string') assert.ok(!value.includes('\0'), name)
  }
})

const sentences = {
  push: 'Ingrid Solheim (isolheim) pushed 2 commits to the branch main in nordlicht/signal.',
  push_deleted: 'Ingrid Solheim (isolheim) deleted the branch spare-lamps in nordlicht/signal.',
  repository_update_many: 'Ingrid Solheim changed 5 refs in nordlicht/signal.',
  issue_close:
    'Aylin Demir (aylin.demir) closed the issue #112 "Lights burn in full daylight" in nordlicht/signal.',
  note: 'Aylin Demir (aylin.demir) wrote a comment on an issue in nordlicht/signal.',
  pipeline: 'The pipeline 90411 in nordlicht/signal is now success; user: Mateusz Wrona (mwrona).',
  vulnerability: 'The vulnerability "Path traversal in the archive reader" in project 15 is now detected.',
  user_add_to_group: 'The user Jonas Petersen (jpetersen) was added to the group plattform as developer.',
  project_rename: 'The project nordlicht/nebelhorn was renamed to nordlicht/horn.',
} as const

test('the sentence says who did what, to what, and where', async () => {
  for (const [name, sentence] of Object.entries(sentences)) {
    const { body, headers } = fixture(name)
    assert.equal((await rowOf(body, headers)).summary, sentence)
  }
})

test('a title with line breaks stays in one line, and a long sentence is cut', async () => {
  const body = bodyOf('merge_request')
  body.object_attributes.title = `first\r\nsecond\u2028third${'x'.repeat(1000)}`
  const { summary } = await rowOf(body)
  assert.match(summary, /"first second third/)
  assert.ok(summary.length === 400 && summary.endsWith('…'))
})

test('who is added, created or renamed is the subject, and nobody is the actor', async () => {
  const row = await rowOf(fixture('user_add_to_group').body)
  const { user_id, subject_id, subject_username, subject_name, group_id } = row
  assert.deepEqual(
    { user_id, subject_id, subject_username, subject_name, group_id },
    {
      user_id: null,
      subject_id: 21,
      subject_username: 'jpetersen',
      subject_name: 'Jonas Petersen',
      group_id: 23,
    },
  )
  assert.equal((await rowOf(fixture('push').body)).subject_id, null)
})

test('the object of a merge request is named by its kind, its ids and its title', async () => {
  const { object_kind, object_id, object_iid, object_title, ref } = await rowOf(fixture('merge_request').body)
  assert.deepEqual(
    [object_kind, object_id, object_iid, object_title, ref],
    ['merge_request', 5120, 73, 'Switch lamps by sunset table', 'main'],
  )
})
