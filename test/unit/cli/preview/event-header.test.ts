import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventHeaderOf } from '../../../../cli/preview/event-header.ts'
import { classify } from '../../../../ingress/record/classify.ts'
import { fixtures } from '../../../helpers/records/samples.ts'

const headerOf = (body: unknown) =>
  eventHeaderOf(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))

test('the header has the words of the event, and says whether it is confidential', () => {
  assert.equal(headerOf({ object_kind: 'merge_request' }), 'Merge Request Hook')
  assert.equal(headerOf({ object_kind: 'build' }), 'Job Hook')
  const confidential = { confidential: true }
  assert.equal(headerOf({ object_kind: 'issue', object_attributes: confidential }), 'Confidential Issue Hook')
  assert.equal(headerOf({ object_kind: 'note', issue: confidential }), 'Confidential Note Hook')
  assert.equal(headerOf({ object_kind: 'emoji', issue: confidential }), 'Emoji Hook')
})

test('a body that has only the name of a system event gets the header of system hooks', () => {
  assert.equal(headerOf({ event_name: 'project_create' }), 'System Hook')
})

test('a body that names no event gets no header', () => {
  for (const body of [{}, [], 'null', 'no JSON', { object_kind: '' }, { event_name: 7 }])
    assert.equal(headerOf(body), undefined)
})

for (const { name, body, headers } of fixtures)
  test(`${name} is the same event with the header that its body says`, () => {
    const derived = { ...headers, 'x-gitlab-event': eventHeaderOf(body) }
    assert.equal(classify({ body, headers: derived }).event, classify({ body, headers }).event)
  })
