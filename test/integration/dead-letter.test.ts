import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { linesOfDays } from '../helpers/records/day-files.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { countOn, messagesOn } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('dead-letter')
await stack.setUp({ KAFKA_TOPIC_PARTITIONS: '1' })
const topic = stack.names.topic('push')
const deadLetterTopic = stack.names.deadLetterTopic('push-author-log')

const folder = await stack.temporaryFolder()
const pushers = () =>
  linesOfDays(folder).map((line) => (JSON.parse(line) as { delivery_id: string }).delivery_id)

const garbage = {
  noWireFormat: {
    key: '15',
    value: Buffer.from('certainly not Avro'),
    headers: { ce_id: 'garbage', 'x-own': 'kept' },
  },
  tornRecord: { key: '15', value: Buffer.alloc(0) }, // filled in from a real record below
}

const { hookUrl } = await stack.startIngress()
await post(hookUrl, pushOf(15), { 'idempotency-key': 'before' })
const producer = stack.kafka.producer()
await producer.connect()
const [real] = await messagesOn(stack, topic)
garbage.tornRecord.value = Buffer.from(real?.value ?? []).subarray(0, 40)
await producer.send({ topic, messages: [garbage.noWireFormat, garbage.tornRecord] })
await producer.disconnect()
await post(hookUrl, pushOf(16), { 'idempotency-key': 'after' })
const { metricsUrl, stop } = await stack.startReady(['consumer', 'push-author-log'], {
  PUSH_AUTHOR_LOG_DIR: folder,
})

test('a record that cannot be decoded does not hold up the next ones', async () => {
  await eventually(() => assert.deepEqual(pushers(), ['before', 'after']))
})

test('an undecodable record is dead-lettered with its value, its origin and the reason', async () => {
  await eventually(async () => assert.equal(await countOn(stack, deadLetterTopic), 2))
  const [first, second] = await messagesOn(stack, deadLetterTopic)
  assert.deepEqual([first?.key, second?.key], [`${topic}/0/1`, `${topic}/0/2`])
  assert.deepEqual([first?.value, second?.value], [garbage.noWireFormat.value, garbage.tornRecord.value])
  const {
    'dead-letter-at': at,
    'dead-letter-stack': stackTrace,
    'dead-letter-origin-timestamp': timestamp,
    ...headers
  } = first?.headers ?? {}
  assert.partialDeepStrictEqual(headers, {
    ce_id: 'garbage',
    'x-own': 'kept',
    'dead-letter-key': '15',
    'dead-letter-origin': `${topic}/0/1`,
    'dead-letter-error': 'PermanentError',
    'dead-letter-message': 'the value is not in the wire format of Confluent',
  })
  assert.equal(Number(timestamp), first?.timestamp)
  assert.ok(Math.abs(Date.now() - Date.parse(String(at))) < 600_000)
  assert.match(String(stackTrace), /PermanentError/)
  assert.match(String(second?.headers['dead-letter-message']), /cannot be decoded/)
})

test('undecodable records are counted as dead-lettered, the others as processed', async () => {
  const metrics = await (await fetch(metricsUrl)).text()
  assert.match(metrics, /consumer_handled_total\{event="push",outcome="dead_lettered"\} 2$/m)
  assert.match(metrics, /consumer_handled_total\{event="push",outcome="processed"\} 2$/m)
  assert.match(metrics, /consumer_dead_letters_total 2$/m)
})

test('a worker that is started again does not dead-letter the same records again', async () => {
  await stop(10_000)
  const again = await stack.startReady(['consumer', 'push-author-log'], { PUSH_AUTHOR_LOG_DIR: folder })
  await post(hookUrl, pushOf(17), { 'idempotency-key': 'later' })
  await eventually(() => assert.deepEqual(pushers(), ['before', 'after', 'later']))
  assert.equal(await countOn(stack, deadLetterTopic), 2)
  await again.stop(10_000)
})
