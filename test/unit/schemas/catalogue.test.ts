import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catalogue, eventTypes, isEventType } from '../../../schemas/catalogue.ts'
import { gitlabPageOf } from '../../../schemas/gitlab-pages.ts'
import { shapes } from '../../../schemas/load.ts'

test('every event has a schema that exists, and every schema has an event', () => {
  const used = new Set<string>(eventTypes.map((event) => catalogue[event].schema))
  assert.deepEqual([...used].sort(), [...shapes.keys()].sort())
})

test('every event has a page of GitLab that describes it', () => {
  for (const event of eventTypes)
    assert.match(gitlabPageOf(event), /^https:\/\/docs\.gitlab\.com\/\S+$/, event)
})

test('events of people and projects are kept without a limit', () => {
  for (const event of eventTypes)
    if (/^(project_|group_|subgroup_|user_|key_)/.test(event))
      assert.equal(catalogue[event].retention, 'history', event)
})

test('the name of a property that every object has is not an event', () => {
  for (const name of ['__proto__', 'constructor', 'toString', ''])
    assert.equal(isEventType(name), false, name)
  for (const event of eventTypes) assert.ok(isEventType(event))
})
