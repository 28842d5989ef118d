import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RedriveOptions, Selection } from '../../../cli/dead-letters/options.ts'
import { readDeadLetters } from '../../../cli/dead-letters/read-dead-letters.ts'
import { redriveDeadLetters } from '../../../cli/dead-letters/redrive.ts'
import { PermanentError } from '../../../lib/errors.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { messagesOn } from '../../helpers/records/records.ts'
import { sorted } from '../../helpers/records/sorted.ts'
import { alterTopics } from '../../helpers/servers/alter-topics.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const handled: string[] = []
let isBroken = true
const failing = pushConsumer('failing', async ({ delivery }) => {
  if (isBroken) throw new PermanentError('m'.repeat(10_000))
  handled.push(delivery.id)
})
const stack = await openWorkerStack('redrive', [failing])
const topic = stack.names.topic('push')
const [deadLetterTopic, retryTopic] = [
  stack.names.deadLetterTopic('failing'),
  stack.names.retryTopic('failing'),
]

const ids = await publishPushes(stack, 25, { partition: 0 })
const pushBytes = (await messagesOn(stack, topic))[0]?.value?.length ?? 0
const largeBytes = 3 * pushBytes
const [none, large] = [
  { key: '15', value: null, headers: { ce_id: 'none' }, partition: 1 },
  { key: '15', value: Buffer.alloc(largeBytes, 'x'), headers: { ce_id: 'large' }, partition: 1 },
]
const producer = stack.kafka.producer()
await producer.connect()
await producer.send({ topic, messages: [none, large] })
await producer.disconnect()

const limit = (topic: string, bytes: number, settings: Record<string, string>) =>
  withAdmin(stack.kafka, (admin) =>
    alterTopics(admin, [topic], { ...settings, 'max.message.bytes': String(bytes) }),
  )
// A push with less than the whole reason; the large record not at all.
await limit(deadLetterTopic, pushBytes + 2500, { 'cleanup.policy': 'compact' })
// The large record, but not ten pushes at once.
await limit(retryTopic, largeBytes + 2500, { 'message.timestamp.type': 'LogAppendTime' })
const worker = await startWorkerInProcess(stack, failing)

const open = () => readDeadLetters(stack.kafka, 'failing', deadLetterTopic)
const redrive = (options: Selection & RedriveOptions) =>
  Array.fromAsync(redriveDeadLetters('failing', options, stack.env, [failing]))

test('an incomplete or very large record becomes an open dead letter and blocks nothing', async () => {
  await eventually(async () => assert.equal((await open()).length, ids.length + 2))
  const headers = (await messagesOn(stack, deadLetterTopic)).map((letter) => letter.headers)
  const places = Map.groupBy(headers, (each) => each['dead-letter-value'])
  assert.deepEqual([...places].map(([place, { length }]) => `${length} ${place}`).sort(), [
    '1 at-origin',
    '1 none',
    `${ids.length} here`,
  ])
  for (const each of places.get('here') ?? []) assert.equal(each['dead-letter-message']?.length, 200)
  assert.deepEqual(
    worker.lines.filter(({ message }) => message.startsWith('circuit')),
    [],
  )
})

test('no more records are redriven in a second than the given limit', async () => {
  await assert.rejects(redrive({ keys: [], all: true, perSecond: 0 }), {
    name: 'UsageError',
    message: '--per-second: the number must be 1 or more.',
  })
  isBroken = false
  const letters = await open()
  const keys = letters.map(({ dead_letter }) => dead_letter).filter((key) => key.startsWith(`${topic}/0/`))
  const start = performance.now()
  const results = await redrive({ keys, perSecond: 10 })
  assert.ok(performance.now() - start >= 2000)
  assert.deepEqual(new Set(results.map(({ result }) => result)), new Set(['redriven']))
  await untilCount(handled, ids.length)
  assert.deepEqual(sorted(handled), sorted(ids))
})

test('a record that fails after redrives is counted, kept unchanged, and held back at last', async () => {
  const origins = [`${topic}/1/0`, `${topic}/1/1`]
  for (const redrives of [1, 2]) {
    assert.deepEqual(
      (await redrive({ keys: [], all: true, maxRedrives: 2 })).map(({ result }) => result),
      ['redriven', 'redriven'],
    )
    await eventually(async () =>
      assert.deepEqual(
        (await open()).map((letter) => [letter.origin, letter.redrives, letter.delivery_id]),
        [
          [origins[0], redrives, 'none'],
          [origins[1], redrives, null],
        ],
      ),
    )
  }
  assert.deepEqual(
    (await redrive({ keys: [], all: true, maxRedrives: 2 })).map(({ result, detail }) => [result, detail]),
    Array(2).fill(['held_back', 'was redriven 2 times already']),
  )
  const copies = (await messagesOn(stack, retryTopic)).filter(({ headers }) => headers.ce_id !== undefined)
  assert.deepEqual(
    copies.map(({ key, value, headers }) => [key, value, headers.ce_id]),
    [none, large, none, large].map(({ key, value, headers }) => [key, value, headers.ce_id]),
  )
})

test('a record that stayed at its origin is held back when it has been deleted there', async () => {
  await worker.stop()
  const [letter] = (await open()).filter(({ origin }) => origin === `${topic}/1/1`)
  const [place = '', partition, offset] = letter?.dead_letter.split('/') ?? []
  const admin = stack.kafka.admin()
  await admin.connect()
  await admin.fetchTopicOffsets(place) // the client deletes only where it has asked for leaders
  await admin.deleteTopicRecords({
    topic: place,
    partitions: [{ partition: Number(partition), offset: String(Number(offset) + 1) }],
  })
  await admin.disconnect()
  const keys = [letter?.dead_letter ?? '']
  assert.match(
    String((await redrive({ keys, dryRun: true }))[0]?.detail),
    /the topic it came from has deleted it/,
  )
  assert.partialDeepStrictEqual(await redrive({ keys }), [{ dead_letter: keys[0], result: 'held_back' }])
  assert.equal((await open()).length, 2)
})
