import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('tail')
await stack.setUp()
const { hookUrl } = await stack.startIngress()
const headers = { 'x-gitlab-event': 'Push Hook' }
await post(hookUrl, sample('push'), { ...headers, 'idempotency-key': 'text' })
await post(hookUrl, Buffer.from([0xff, 0x00, 0x80]), { ...headers, 'idempotency-key': 'bytes' })

const tail = async (...args: string[]) => {
  const { exited, lines } = await stack.start(['tail', ...args])
  const { code } = await exited
  return { code, lines }
}

test('a record as JSON has the documented shape, with numbers for offset and timestamp', async () => {
  const { code, lines } = await tail('push', '--from-beginning', '--count', '1', '--json')
  assert.equal(code, 0)
  const record = JSON.parse(String(lines.join('')))
  assert.deepEqual(Object.keys(record).sort(), [
    'headers',
    'key',
    'offset',
    'partition',
    'timestamp',
    'topic',
    'value',
  ])
  assert.deepEqual(
    [record.topic, record.partition, record.offset, record.key],
    [stack.names.topic('push'), 0, 0, '15'],
  )
  assert.equal(typeof record.timestamp, 'number')
  assert.equal(record.headers.ce_id, 'text')
  assert.equal(record.value.project_id, 15)
  assert.equal(record.value.delivery.received_at, record.timestamp)
})

test('`raw` is the exact body where the body is text', async () => {
  const { lines } = await tail('push', '--from-beginning', '--count', '1', '--json')
  const { value } = JSON.parse(String(lines[0]))
  assert.equal(value.raw, sample('push').toString())
  assert.equal('raw_base64' in value, false)
})

test('`raw_base64` replaces `raw` where the body is not text', async () => {
  const { lines } = await tail('quarantine', '--from-beginning', '--count', '1', '--json')
  const { value } = JSON.parse(String(lines[0]))
  assert.equal(value.raw_base64, Buffer.from([0xff, 0x00, 0x80]).toString('base64'))
  assert.equal('raw' in value, false)
  assert.equal(value.reason, 'not_json')
})

test('without --json the place, the fields and the body are printed', async () => {
  const { lines } = await tail('push', '--from-beginning', '--count', '1')
  assert.match(
    String(lines[0]),
    new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\S+ ${stack.names.topic('push')} partition 0 offset 0 key 15$`),
  )
  assert.ok(lines.some((line) => line.trim() === '"project_id": 15,'))
  assert.ok(lines.join('\n').includes(sample('push').toString().trim()))
})

test('without an event all events are printed, until no record has come for the given time', async () => {
  const { code, lines } = await tail('--from-beginning', '--timeout', '2', '--json')
  assert.equal(code, 0)
  const topics = lines.map((line) => (JSON.parse(line) as { topic: string }).topic)
  assert.deepEqual(topics.sort(), [stack.names.topic('push'), stack.names.topic('quarantine')])
})

test('records are printed when they arrive, and older ones are not printed', async () => {
  const { lines, exited } = await stack.start(['tail', 'push', '--count', '1', '--json'])
  let isOver = false
  void exited.then(() => {
    isOver = true
  })
  await eventually(async () => {
    await post(hookUrl, sample('push'), { ...headers, 'idempotency-key': 'live' })
    assert.ok(isOver)
  })
  assert.equal(JSON.parse(String(lines[0])).value.delivery.id, 'live')
})

test('an unknown event is refused, and the error lists the known ones', async () => {
  const { code, lines } = await tail('pusch')
  assert.equal(code, 1)
  assert.match(lines.join('\n'), /^There is no event type "pusch"\. Use one of: push, /m)
})
