import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from '../../../../ingress/record/classify.ts'
import { createEncodeStage, type Encoded, type EncodeStage } from '../../../../ingress/record/encode.ts'
import { normalise } from '../../../../ingress/record/normalise.ts'
import { createNames } from '../../../../schemas/topics.ts'
import {
  brokenPushEncoder,
  decode,
  deliver,
  encode,
  encoders,
  hookOf,
  preparing,
  receivedAt,
  schemaIdOf,
} from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const { body } = fixture('push')
const messageOf = (headers = {}, others = {}, given: Buffer | object = body) => {
  const hook = hookOf(given, headers, others)
  return encoded(encode(hook, normalise(hook, classify(hook)))).message
}
const encoded = (result: ReturnType<EncodeStage>): Encoded =>
  'reason' in result ? assert.fail(result.detail) : result

test('a record has the topic of its event, the schema id of that topic and the time of receipt', () => {
  const message = messageOf()
  assert.deepEqual([message.topic, message.timestamp], ['gitlab.push', String(receivedAt)])
  assert.deepEqual(message.value.subarray(0, 5), Buffer.from([0, 0, 0, 0, schemaIdOf('push')]))
})

test('the topic has the prefix of the cluster', () => {
  const hook = hookOf(body)
  const encodeThere = createEncodeStage(encoders, createNames('acme.'))
  const { message } = encoded(encodeThere(hook, normalise(hook, classify(hook))))
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

test('the headers are those of CloudEvents', () => {
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

test('without an instance, the source is named instead', () => {
  assert.equal(messageOf({}, { source: 'acme' }).headers.ce_source, '/hooks/acme')
})

test('ce_time is when the event happened, if GitLab says so', () => {
  const created = {
    ...JSON.parse(fixture('project_create').body.toString()),
    created_at: '2012-07-21T07:30:54Z',
  }
  assert.equal(messageOf({}, {}, created).headers.ce_time, '2012-07-21T07:30:54.000Z')
})

test('the trace of the sender is continued; a malformed one is replaced by a new one each time', () => {
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

test('a record that does not match its schema is not encoded, and the stage says why', () => {
  const hook = hookOf(body, { 'x-gitlab-event': 'Push Hook' })
  const normalised = normalise(hook, classify(hook))
  const broken = {
    ...normalised,
    record: { ...normalised.record, project_id: 'fifteen' as unknown as number },
  }
  const result = encode(hook, broken)
  assert.ok('reason' in result && result.reason === 'unencodable')
  assert.match(result.detail, /fifteen/)
})

test('a record that cannot be encoded is quarantined as unencodable, with its whole body', async () => {
  const prepare = preparing(() => 1e6, brokenPushEncoder)
  const { event, name, message } = prepare(hookOf(body, { 'x-gitlab-event': 'Push Hook' }))
  assert.deepEqual([event, name, message.topic], ['quarantine', 'push', 'gitlab.quarantine'])
  const record = await decode(message.value)
  assert.partialDeepStrictEqual(record, { event_name: 'push', reason: 'unencodable', raw: body })
  assert.match(String(record.detail), /fifteen/)
})
