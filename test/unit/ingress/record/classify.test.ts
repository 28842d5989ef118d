import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from '../../../../ingress/record/classify.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const classifyBody = (body: unknown, header?: string) =>
  classify({
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    headers: header === undefined ? {} : { 'x-gitlab-event': header },
  })

test('object_kind names the event, whatever event_name and the header say', () => {
  const { event, name } = classifyBody({ object_kind: 'push', event_name: 'tag_push' }, 'Merge Request Hook')
  assert.deepEqual([event, name], ['push', 'push'])
})

test('event_name names the event if object_kind is missing, null or empty', () => {
  for (const body of [
    { event_name: 'project_create' },
    { object_kind: null, event_name: 'project_create' },
    { object_kind: '', event_name: 'project_create' },
  ])
    assert.equal(classifyBody(body, 'System Hook').event, 'project_create')
})

test('an object_kind that is not text is ignored', () => {
  for (const object_kind of [1, true, ['push'], { push: 1 }])
    assert.equal(classifyBody({ object_kind, event_name: 'tag_push' }).event, 'tag_push')
})

test('a body of a custom template is the event of its header, found by the header', () => {
  const { event, name, by } = classifyBody({ text: 'somebody pushed' }, 'Push Hook')
  assert.deepEqual([event, name, by], ['push', 'Push Hook', 'header'])
  for (const [header, expected] of [
    ['Tag Push Hook', 'tag_push'],
    ['Job Hook', 'job'],
    ['Build Hook', 'job'],
    ['Resource Access Token Hook', 'access_token'],
    ['System Hook', 'unknown'],
    ['Service Hook', 'unknown'],
    ['Quarantine Hook', 'unknown'],
    ['__proto__ Hook', 'unknown'],
    ['push', 'unknown'],
  ])
    assert.equal(classifyBody({}, header).event, expected, header)
})

test('a body of the kind build is a job', () => {
  assert.equal(classifyBody({ object_kind: 'build' }).event, 'job')
})

test('a confidential event has its own topic, whichever place says that it is confidential', () => {
  const places: [object, string?][] = [
    [{ object_kind: 'issue', event_type: 'confidential_issue' }],
    [{ object_kind: 'issue' }, 'Confidential Issue Hook'],
    [{ object_kind: 'issue', object_attributes: { confidential: true } }],
  ]
  for (const [body, header] of places)
    assert.equal(classifyBody(body, header).event, 'confidential_issue', JSON.stringify(body))
  assert.equal(
    classifyBody({ object_kind: 'issue', object_attributes: { confidential: false } }, 'Issue Hook').event,
    'issue',
  )
  assert.equal(
    classifyBody({ object_kind: 'work_item', event_type: 'confidential_work_item' }).event,
    'confidential_work_item',
  )
  assert.equal(
    classifyBody({ object_kind: 'note', event_type: 'confidential_note' }).event,
    'confidential_note',
  )
})

test('an event without a confidential topic stays on its topic', () => {
  assert.equal(classifyBody({ object_kind: 'push', event_type: 'confidential_push' }).event, 'push')
})

test('an empty object without a header is unknown and has no name', () => {
  const { event, name } = classifyBody({})
  assert.deepEqual([event, name], ['unknown', null])
})

test('an event that GitLab will invent later is unknown, under its own name', () => {
  const { event, name } = classifyBody({ object_kind: 'telepathy' })
  assert.deepEqual([event, name], ['unknown', 'telepathy'])
})

test('a hook cannot name itself unknown, quarantine, or like a property of every object', () => {
  for (const object_kind of [
    'unknown',
    'quarantine',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ])
    assert.deepEqual(
      [classifyBody({ object_kind }).event, classifyBody({ object_kind }).name],
      ['unknown', object_kind],
    )
})

test('names must match exactly, in case and without spaces', () => {
  for (const object_kind of ['Push', 'PUSH', ' push', 'push ', 'push\0'])
    assert.equal(classifyBody({ object_kind }).event, 'unknown')
})

test('of a name of a million characters the first hundred are kept', () => {
  assert.equal(classifyBody({ object_kind: 'x'.repeat(1e6) }).name?.length, 100)
  assert.equal(classifyBody('not json', 'y'.repeat(1e6)).name?.length, 100)
})

test('text that is not JSON is quarantined under the name in its header', () => {
  for (const body of [
    '',
    'object_kind=push',
    '{"object_kind":"push"',
    '{"object_kind":"push",}',
    '// docs\n{}',
    '\ufeff{"object_kind":"push"}',
  ]) {
    const { event, name, quarantine } = classifyBody(body, 'Push Hook')
    assert.deepEqual(
      [event, name, quarantine?.reason],
      ['quarantine', 'Push Hook', 'not_json'],
      JSON.stringify(body),
    )
  }
})

test('JSON that is not an object is quarantined', () => {
  for (const body of ['[]', '[{"object_kind":"push"}]', 'null', 'true', '7', '"push"'])
    assert.equal(classifyBody(body).quarantine?.reason, 'not_an_object', body)
})

test('the text of a parse error is bounded', () => {
  assert.ok((classifyBody(`{"x": ${'y'.repeat(10_000)}`).quarantine?.detail.length ?? Infinity) <= 200)
})

test('bytes that are not UTF-8 do not make a hook fail', () => {
  const body = Buffer.concat([
    Buffer.from('{"object_kind":"push","user_name":"'),
    Buffer.from([0xff, 0xfe, 0xc3]),
    Buffer.from('"}'),
  ])
  assert.equal(classify({ body, headers: {} }).event, 'push')
})

test('a __proto__ in the body cannot name an event', () => {
  assert.equal(classifyBody('{"__proto__":{"object_kind":"push"}}').event, 'unknown')
})

test('a system hook and a project hook of the same kind are the same event', () => {
  for (const name of ['push', 'push_system', 'push_system_old'])
    assert.equal(classify(fixture(name)).event, 'push', name)
})
