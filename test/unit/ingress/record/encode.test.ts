import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from '../../../../ingress/record/classify.ts'
import { createEncodeStage } from '../../../../ingress/record/encode.ts'
import { normalise } from '../../../../ingress/record/normalise.ts'
import { createNames } from '../../../../schemas/topics.ts'
import {
  decode,
  deliver,
  encode,
  encoders,
  hookOf,
  receivedAt,
  schemaIdOf,
} from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const { body } = fixture('push')
const messageOf = (headers = {}, others = {}, given: Buffer | object = body) => {
  const hook = hookOf(given, headers, others)
  return encode(hook, normalise(hook, classify(hook))).message
}

test('a record goes to the topic of its event, under the schema id of that topic, at the time it was received', () => {
  const message = messageOf()
  assert.deepEqual([message.topic, message.timestamp], ['gitlab.push', String(receivedAt)])
  assert.deepEqual(message.value.subarray(0, 5), Buffer.from([0, 0, 0, 0, schemaIdOf('push')]))
})

test('the topic carries the prefix of the cluster', () => {
  const hook = hookOf(body)
  const { message } = createEncodeStage(encoders, createNames('acme.'))(hook, normalise(hook, classify(hook)))
  assert.equal(message.topic, 'acme.gitlab.push')
})

test('the key is the project, else what the event belongs to, else the instance', async () => {
  const keys: [string, string][] = [
    ['push', '15'],
    ['push_system_old', '15'],
    ['repository_update', '15'],
  ]
  for (const [name, key] of keys)
    assert.equal((await deliver(hookOf(fixture(name).body))).message.key, key, name)
  assert.equal(messageOf({}, {}, { project: { id: 7 } }).key, '7')
  assert.equal(messageOf({}, {}, { object_attributes: { target_project_id: 8 } }).key, '8')
  assert.equal(messageOf({}, {}, {}).key, 'instance')
  assert.match((await deliver(hookOf(fixture('group_create').body))).message.key, /^group:\d+$/)
  assert.match((await deliver(hookOf(fixture('user_create').body))).message.key, /^user:\d+$/)
  assert.match((await deliver(hookOf(fixture('key_create').body))).message.key, /^key:\d+$/)
})

test('a project id of 0 is a project, not the instance', () => {
  assert.equal(messageOf({}, {}, { project_id: 0 }).key, '0')
})

test('headers say it in CloudEvents', () => {
  const { headers } = messageOf({ 'x-gitlab-instance': 'https://git.example' }, { id: 'an-id' })
  const { traceparent: _traceparent, ...cloudEvent } = headers
  assert.deepEqual(cloudEvent, {
    ce_specversion: '1.0',
    ce_id: 'an-id',
    ce_source: 'https://git.example',
    ce_type: 'com.gitlab.push',
    ce_time: new Date(receivedAt).toISOString(),
    ce_subject: '15',
    'content-type': 'application/avro',
  })
})

test('without an instance the source stands for it', () => {
  assert.equal(messageOf({}, { source: 'acme' }).headers.ce_source, '/hooks/acme')
})

test('ce_time is when it happened, where GitLab says so', () => {
  const created = {
    ...JSON.parse(fixture('project_create').body.toString()),
    created_at: '2012-07-21T07:30:54Z',
  }
  assert.equal(messageOf({}, {}, created).headers.ce_time, '2012-07-21T07:30:54.000Z')
})

test("the sender's trace goes on; a malformed one is replaced by a fresh one each time", () => {
  const sent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  assert.equal(messageOf({ traceparent: sent }).headers.traceparent, sent)
  const malformed = [
    `00-${'A'.repeat(32)}-${'b'.repeat(16)}-01`,
    `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    `${sent}-x`,
    `${sent}\n`,
    '',
  ]
  const fresh = malformed.map((traceparent) => messageOf({ traceparent }).headers.traceparent ?? '')
  for (const traceparent of fresh) assert.match(traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  assert.equal(new Set(fresh).size, malformed.length)
})

test('a record its schema does not take is quarantined as unencodable, body and all', async () => {
  const hook = hookOf(body, { 'x-gitlab-event': 'Push Hook' })
  const normalised = normalise(hook, classify(hook))
  const broken = {
    ...normalised,
    record: { ...normalised.record, project_id: 'fifteen' as unknown as number },
  }
  const { event, message } = encode(hook, broken)
  assert.deepEqual([event, message.topic], ['quarantine', 'gitlab.quarantine'])
  const record = await decode(message.value)
  assert.partialDeepStrictEqual(record, { event_name: 'push', reason: 'unencodable', raw: body })
  assert.match(String(record.detail), /fifteen/)
})
