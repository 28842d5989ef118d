import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditRowOf } from '../../../../consumers/audit-log/audit-row.ts'
import { deliver, hookOf, receivedAt } from '../../../helpers/records/deliver.ts'
import { fixture, fixtures } from '../../../helpers/records/samples.ts'

const rowOf = async (body: Buffer | object, headers = {}) => {
  const { event, decoded } = await deliver(hookOf(body, headers, { id: 'an-id' }))
  return auditRowOf({ ...decoded, eventType: event } as unknown as Parameters<typeof auditRowOf>[0])
}
const bodyOf = (name: string) => JSON.parse(fixture(name).body.toString())

test('a row has the fields of the delivery and the body', async () => {
  const { body } = fixture('push')
  assert.partialDeepStrictEqual(await rowOf(body, { 'x-gitlab-instance': 'https://git.example' }), {
    received_at: new Date(receivedAt).toISOString(),
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

test('every event makes a row with a readable time, and no text with a NUL character', async () => {
  for (const { name, body, headers } of fixtures) {
    const { raw, ...row } = await rowOf(body, headers)
    assert.ok(raw.equals(body), name)
    for (const time of [row.received_at, row.occurred_at ?? row.received_at])
      assert.match(time, /^\d{4}-\d\d-\d\dT/, name)
    for (const value of Object.values(row))
      if (typeof value === 'string') assert.ok(!value.includes('\0'), name)
  }
})
