import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from '../../../../ingress/record/classify.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const classifyBody = (body: unknown, header?: string) =>
  classify({
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    headers: header === undefined ? {} : { 'x-gitlab-event': header },
  })

test('object_kind says the event, whatever event_name and the header say', () => {
  const { event, name } = classifyBody({ object_kind: 'push', event_name: 'tag_push' }, 'Merge Request Hook')
  assert.deepEqual([event, name], ['push', 'push'])
})

test('event_name says it where object_kind is missing, null or empty', () => {
  for (const body of [
    { event_name: 'project_create' },
    { object_kind: null, event_name: 'project_create' },
    { object_kind: '', event_name: 'project_create' },
  ])
    assert.equal(classifyBody(body, 'System Hook').event, 'project_create')
})

test('an object_kind that is no text is passed over', () => {
  for (const object_kind of [1, true, ['push'], { push: 1 }])
    assert.equal(classifyBody({ object_kind, event_name: 'tag_push' }).event, 'tag_push')
})

test('a body of a custom template is the event of its header, and says so', () => {
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

test('a job calls itself build', () => {
  assert.equal(classifyBody({ object_kind: 'build' }).event, 'job')
})

test('what is confidential goes to a topic of its own, whichever place says so', () => {
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

test('what has no confidential topic stays where it is', () => {
  assert.equal(classifyBody({ object_kind: 'push', event_type: 'confidential_push' }).event, 'push')
})

test('an empty object without header is unknown and nameless', () => {
  const { event, name } = classifyBody({})
  assert.deepEqual([event, name], ['unknown', null])
})

test('an event GitLab will invent tomorrow is unknown under its own name', () => {
  const { event, name } = classifyBody({ object_kind: 'telepathy' })
  assert.deepEqual([event, name], ['unknown', 'telepathy'])
})

test('a hook cannot call itself unknown, quarantine or after a property of every object', () => {
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

test('names are matched exactly: no case, no spaces', () => {
  for (const object_kind of ['Push', 'PUSH', ' push', 'push ', 'push\0'])
    assert.equal(classifyBody({ object_kind }).event, 'unknown')
})

test('a name of a million characters is kept to its first hundred', () => {
  assert.equal(classifyBody({ object_kind: 'x'.repeat(1e6) }).name?.length, 100)
  assert.equal(classifyBody('not json', 'y'.repeat(1e6)).name?.length, 100)
})

test('text that is no JSON is quarantined under the name of its header', () => {
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

test('JSON that is no object is quarantined', () => {
  for (const body of ['[]', '[{"object_kind":"push"}]', 'null', 'true', '7', '"push"'])
    assert.equal(classifyBody(body).quarantine?.reason, 'not_an_object', body)
})

test('what is told of a parse error is bounded', () => {
  assert.ok((classifyBody(`{"x": ${'y'.repeat(10_000)}`).quarantine?.detail.length ?? Infinity) <= 200)
})

test('bytes that are no UTF-8 do not make a hook fail', () => {
  const body = Buffer.concat([
    Buffer.from('{"object_kind":"push","user_name":"'),
    Buffer.from([0xff, 0xfe, 0xc3]),
    Buffer.from('"}'),
  ])
  assert.equal(classify({ body, headers: {} }).event, 'push')
})

test('a __proto__ in the body lends it no event', () => {
  assert.equal(classifyBody('{"__proto__":{"object_kind":"push"}}').event, 'unknown')
})

test('the same event comes by system hook and by project hook', () => {
  for (const name of ['push', 'push_system', 'push_system_old'])
    assert.equal(classify(fixture(name)).event, 'push', name)
})
