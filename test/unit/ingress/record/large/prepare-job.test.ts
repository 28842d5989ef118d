import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../../ingress/hook.ts'
import type { OnKey } from '../../../../../ingress/record/large/job.ts'
import { prepareJob } from '../../../../../ingress/record/large/prepare-job.ts'
import { toPrepared } from '../../../../../ingress/record/large/prepare-large.ts'
import { createNames } from '../../../../../schemas/topics.ts'
import { decode, hookOf, preparing } from '../../../../helpers/records/deliver.ts'
import { factsOf } from '../../../../helpers/records/large-bodies.ts'
import { fixtures } from '../../../../helpers/records/samples.ts'

const names = createNames('')
const maxBytes = 32 * 2 ** 20
const prepare = preparing(() => maxBytes)

const preparedBy = (hook: Hook, bytes = maxBytes, onKey: OnKey = () => undefined) => {
  const result = prepareJob(names, { hook, cause: undefined, ...factsOf(bytes) }, onKey)
  return toPrepared(hook, result)
}

test('the messages of every sample are those that the ingress itself makes', () => {
  for (const { body, headers, name } of fixtures) {
    const hook = hookOf(body, { ...headers, traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` })
    const keys: unknown[] = []
    const prepared = preparedBy(hook, maxBytes, (topic, key) => void keys.push({ topic, key }))
    assert.deepEqual(prepared, prepare(hook), name)
    const { topic, key } = prepared.message
    assert.deepEqual(keys, [{ topic, key }])
  }
})

test('a body with too many values, or too deep, goes to quarantine as a whole, unparsed', async () => {
  const deep = (levels: number) => `{"object_kind":"moon","x":${'['.repeat(levels)}${']'.repeat(levels)}}`
  for (const text of [`{"object_kind":"push","commits":[${'{},'.repeat(1_000_000)}{}]}`, deep(100)]) {
    const { event, message } = preparedBy(hookOf(text, { 'x-gitlab-event': 'Push Hook' }))
    const { reason, detail, raw, event_name } = await decode(message.value)
    assert.deepEqual([event, message.topic, reason], ['quarantine', 'gitlab.quarantine', 'too_complex'])
    assert.match(String(detail), /more than/)
    assert.equal(event_name, 'Push Hook')
    assert.ok((raw as Buffer).equals(Buffer.from(text)))
  }
  assert.equal(preparedBy(hookOf(deep(99))).event, 'unknown')
})

test('a body that is not parsed is confidential if its header or a mark in its bytes says so', () => {
  const cause = { reason: 'too_complex', detail: 'it ended its process' } as const
  const topicOf = (text: string, header = 'Issue Hook') => {
    const hook = hookOf(text, { 'x-gitlab-event': header })
    const result = prepareJob(names, { hook, cause, ...factsOf(maxBytes) }, () => undefined)
    return result.kind === 'prepared' && result.prepared.message.topic
  }
  const secret = 'gitlab.confidential_quarantine'
  assert.equal(topicOf('{}', 'Confidential Issue Hook'), secret)
  assert.equal(topicOf('{"object_attributes":{"confidential":true}}'), secret)
  assert.equal(topicOf('{"object_attributes": {"internal" :\n"true"'), secret)
  assert.equal(topicOf('{"event_type":"confidential_note"}'), secret)
  assert.equal(topicOf('{"object_attributes":{"confidential":false}}'), 'gitlab.quarantine')
  assert.equal(topicOf(JSON.stringify({ text: '{"confidential":true}' })), 'gitlab.quarantine')
})

test('chunks are named by their place in the body, wherever the body lies in memory', () => {
  const text = JSON.stringify({ object_kind: 'moon_landing', padding: 'x'.repeat(100_000) })
  const body = Buffer.concat([Buffer.alloc(16), Buffer.from(text)]).subarray(16)
  const { message, chunks } = preparedBy(hookOf(body), 50_000)
  assert.ok(message.value.length < 50_000)
  assert.deepEqual(
    chunks.map(({ topic, headers }) => [topic, headers['chunk-count']]),
    Array(3).fill(['gitlab.raw-chunks', '3']),
  )
  const whole = Buffer.concat(chunks.map(({ value }) => value))
  assert.equal(whole.toString(), text)
})

test('an unavailable topic of chunks is reported, with the topic of the hook', () => {
  const push = { object_kind: 'push', project_id: 1, before: 'a', after: 'b', ref: 'c', x: 'x'.repeat(9000) }
  const facts = factsOf(8000)
  facts.maxBytesByTopic.delete('gitlab.raw-chunks')
  const result = prepareJob(names, { hook: hookOf(push), cause: undefined, ...facts }, () => undefined)
  assert.partialDeepStrictEqual(result, { kind: 'topic_unavailable', topic: 'gitlab.push' })
  assert.match(String('problem' in result && result.problem), /^the body must be sent in chunks/)
})

test('an internal error is reported and does not end the process', () => {
  const facts = factsOf(maxBytes)
  facts.maxBytesByTopic.get = () => assert.fail('a defect')
  const result = prepareJob(names, { hook: hookOf('{}'), cause: undefined, ...facts }, () => undefined)
  assert.deepEqual(result, { kind: 'failed', problem: 'a defect' })
})
