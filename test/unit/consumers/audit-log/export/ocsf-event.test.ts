import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportedLeaf } from '../../../../../consumers/audit-log/export/exported-leaf.ts'
import { eventFamilies } from '../../../../../consumers/audit-log/export/ocsf/event-families.ts'
import { ocsfEventOf } from '../../../../../consumers/audit-log/export/ocsf/ocsf-event.ts'
import { auditRowOf } from '../../../../../consumers/audit-log/row/audit-row.ts'
import { eventTypes } from '../../../../../schemas/catalogue.ts'
import { deliver, hookOf } from '../../../../helpers/records/deliver.ts'
import { fixture, fixtures } from '../../../../helpers/records/samples.ts'

const leafOf = async (body: Buffer, headers = {}): Promise<ExportedLeaf> => {
  const { event, decoded } = await deliver(hookOf(body, headers, { id: 'an-id' }))
  const row = auditRowOf({ ...decoded, eventType: event } as unknown as Parameters<typeof auditRowOf>[0])
  const time = (value: number | null) => (value === null ? null : new Date(value).toISOString())
  const times = { received_at: time(row.received_at), occurred_at: time(row.occurred_at) }
  return {
    kind: 'event',
    leaf_index: 7,
    ...row,
    ...times,
    raw: row.raw.toString(),
    identity_salt: 'c2FsdA==',
  }
}
const eventOf = async (name: string, others: Partial<ExportedLeaf> = {}) => {
  const leaf = { ...(await leafOf(fixture(name).body, fixture(name).headers)), ...others } as ExportedLeaf
  const event = ocsfEventOf(leaf)
  assert.ok(event !== undefined)
  return event
}

/** What OCSF 1.3.0 requires of each class that is used. */
const required: Readonly<Record<number, readonly string[]>> = {
  0: [],
  3001: ['user'],
  3002: ['user', 'service'],
  3004: ['entity'],
  3005: ['user', 'privileges'],
  3006: ['group'],
  6001: ['web_resources'],
  6002: ['app'],
}
const inEveryEvent = [
  'activity_id',
  'category_uid',
  'class_uid',
  'metadata',
  'severity_id',
  'time',
  'type_uid',
]

test('every sample is an event with all that its class requires', async () => {
  const seen = new Set<number>()
  for (const { name } of fixtures) {
    const event = await eventOf(name)
    const classUid = Number(event.class_uid)
    seen.add(classUid)
    for (const attribute of [...inEveryEvent, ...(required[classUid] ?? assert.fail(name))])
      assert.ok(event[attribute] !== undefined, `${name}: ${attribute}`)
    assert.equal(event.type_uid, classUid * 100 + Number(event.activity_id), name)
    for (const each of [event.entity, event.group, ...((event.web_resources as object[]) ?? [])])
      if (each !== undefined) assert.ok('name' in Object(each) || 'uid' in Object(each), `${name}: unnamed`)
    if (classUid === 6001) assert.notDeepEqual(event.web_resources, [], name)
    assert.ok(Number.isInteger(event.time), name)
    assert.doesNotMatch(JSON.stringify(event), /c2FsdA/, 'salts are no part of an event')
  }
  assert.deepEqual([...seen].sort(), [3001, 3002, 3004, 3005, 3006, 6001])
})

test('every event of the catalogue has a family', () => {
  assert.deepEqual(Object.keys(eventFamilies).sort(), [...eventTypes].sort())
})

test('a member of a project is a user whose access was changed', async () => {
  const event = await eventOf('user_add_to_team')
  assert.partialDeepStrictEqual(event, {
    class_uid: 3005,
    type_uid: 300501,
    user: { name: 'mwrona', full_name: 'Mateusz Wrona', uid: '9' },
    privileges: ['Maintainer'],
    resource: { type: 'project', name: 'nordlicht/signal', uid: '15' },
    metadata: { version: '1.3.0', event_code: 'user_add_to_team', uid: 'an-id', sequence: 7 },
  })
  assert.equal(event.actor, undefined, 'GitLab does not say who added the user')
})

test('the activity of an object is what the body says', async () => {
  const activities = await Promise.all(
    ['issue', 'issue_close', 'emoji', 'emoji_revoke', 'push'].map(
      async (name) => (await eventOf(name)).activity_name,
    ),
  )
  assert.deepEqual(activities, ['Create', 'Update', 'Create', 'Delete', 'Update'])
  assert.equal((await eventOf('issue', { raw: null })).activity_name, 'Unknown', 'after an erasure')
})

test('what has no place is under unmapped, and nothing is lost', async () => {
  const leaf = await leafOf(fixture('merge_request').body)
  const event = ocsfEventOf(leaf)
  const text = JSON.stringify(event)
  for (const [name, value] of Object.entries(leaf))
    if (value !== null && !/salt|_at$/.test(name) && name !== 'raw' && name !== 'kind')
      assert.ok(text.includes(JSON.stringify(String(value)).slice(1, -1)), name)
  assert.partialDeepStrictEqual(event?.unmapped, { source: 'default', object_kind: 'merge_request' })
})

test('what the bridge does not know is a base event, with its actor under unmapped', async () => {
  const event = await eventOf('push', { event_type: 'unknown' })
  assert.partialDeepStrictEqual(event, { class_uid: 0, type_uid: 0 })
  assert.equal(event.actor, undefined)
  assert.ok(Object(event.unmapped).user_username)
})

test('a gap is an event; a repeat and a dead letter are none', () => {
  const content = { kind: 'refusing', from: '2026-11-30T10:00:00.000Z', to: '2026-11-30T10:00:05.000Z' }
  const event = ocsfEventOf({
    ...{ kind: 'interval', leaf_index: 3, received_at: '2026-11-30T10:00:05.000Z', topic: 't' },
    content: JSON.stringify({ ...content, ingress: 'ingress-1', refused: 12 }),
  })
  assert.partialDeepStrictEqual(event, {
    class_uid: 6002,
    activity_name: 'Refuse Hooks',
    duration: 5000,
    start_time: Date.parse(content.from),
    message: 'The ingress refused 12 hooks. They are not in the log.',
  })
  for (const kind of ['repeat', 'dead_letter']) assert.equal(ocsfEventOf({ kind, leaf_index: 1 }), undefined)
})
