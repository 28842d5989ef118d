import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { brokenPushEncoder, decode, hookOf, preparing } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const chunksTopic = 'gitlab.raw-chunks'
const push = fixture('push')
const pushPaddedTo = (bytes: number): Buffer => {
  const json = JSON.parse(push.body.toString()) as object
  const bare = JSON.stringify({ ...json, padding: '' }).length
  return Buffer.from(JSON.stringify({ ...json, padding: 'x'.repeat(Math.max(0, bytes - bare)) }))
}
const prepareWith = (maxBytes: number | ((topic: string) => number | undefined)) =>
  preparing(typeof maxBytes === 'number' ? () => maxBytes : maxBytes)
const delivered = async (value: Buffer) =>
  (await decode(value)) as {
    delivery: { id: string; raw_chunks: number | null; body_sha256: string }
    raw: Buffer
    reason?: string
    detail?: string
    event_name?: string
  }

test('a record that its topic accepts is one message with its body', async () => {
  const hook = hookOf(push.body)
  const { event, message, chunks } = prepareWith(1e6)(hook)
  const { delivery, raw } = await delivered(message.value)
  assert.deepEqual([event, chunks, delivery.raw_chunks], ['push', [], null])
  assert.ok(raw.equals(hook.body))
})

test('a record that is too large is sent without its body, which is in the chunks before it', async () => {
  const hook = hookOf(pushPaddedTo(100_000))
  const { event, message, chunks } = prepareWith(30_000)(hook)
  const { delivery, raw } = await delivered(message.value)
  assert.deepEqual([event, delivery.raw_chunks, raw.length], ['push', chunks.length, 0])
  assert.ok(message.value.length < 30_000)
  assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
  chunks.forEach((chunk, index) => {
    assert.deepEqual(
      [chunk.topic, chunk.key, chunk.timestamp],
      [chunksTopic, hook.id, String(hook.receivedAt)],
    )
    assert.deepEqual(chunk.headers, {
      'chunk-index': String(index),
      'chunk-count': String(chunks.length),
      'body-sha256': delivery.body_sha256,
    })
    assert.ok(chunk.value.length <= 30_000 - 4096)
  })
})

test('the chunks make up the body, whatever their sizes are, and none of them is empty', async () => {
  for (const [bodyBytes, maxBytes] of [
    [20_000, 9000],
    [12_288, 8192],
    [12_289, 8192],
    [50_000, 8191],
    [49_152, 16_384],
  ] as const) {
    const hook = hookOf(pushPaddedTo(bodyBytes))
    const { message, chunks } = prepareWith(maxBytes)(hook)
    assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
    assert.ok(chunks.every(({ value }) => value.length > 0 && value.length <= maxBytes - 4096))
    assert.equal((await delivered(message.value)).delivery.raw_chunks, chunks.length)
  }
})

test('the size of a chunk depends on the topic of chunks, not on the topic of the event', () => {
  const { chunks } = prepareWith((topic) => (topic === chunksTopic ? 1e6 : 20_000))(
    hookOf(pushPaddedTo(100_000)),
  )
  assert.equal(chunks.length, 1)
})

test('two attempts that make equally many chunks make the same chunks, so that they may mix', () => {
  const hook = hookOf(pushPaddedTo(100_000))
  const [some, others] = [28_000, 27_000].map(
    (maxBytes) => prepareWith((topic) => (topic === chunksTopic ? maxBytes : 20_000))(hook).chunks,
  )
  assert.equal(some?.length, 5)
  assert.deepEqual(some, others)
})

for (const [problem, maxBytes] of Object.entries({
  'has never been seen': undefined,
  'accepts next to nothing': 5000,
})) {
  test(`if the topic of chunks ${problem}, only a hook that needs it waits, for its own topic`, async () => {
    const prepare = prepareWith((topic) => (topic === chunksTopic ? maxBytes : 20_000))
    assert.throws(
      () => prepare(hookOf(pushPaddedTo(100_000))),
      (error) =>
        error instanceof TopicUnavailableError &&
        error.topic === 'gitlab.push' &&
        error.message.includes(chunksTopic),
    )
    assert.deepEqual(prepare(hookOf(push.body)).chunks, [])
  })
}

test('a record for a topic that was never seen is not chunked: the publisher rejects it anyway', () => {
  assert.deepEqual(prepareWith(() => undefined)(hookOf(pushPaddedTo(100_000))).chunks, [])
})

test('a record that is too large even without its body is quarantined, with its body in chunks', async () => {
  const json = JSON.parse(push.body.toString()) as { commits: object[] }
  const [commit = {}] = json.commits
  const hook = hookOf({
    ...json,
    commits: Array.from({ length: 300 }, () => ({ ...commit, message: 'm'.repeat(300) })),
  })
  const { event, name, message, chunks } = prepareWith(20_000)(hook)
  const { delivery, raw, reason, detail, event_name } = await delivered(message.value)
  assert.deepEqual(
    [event, message.topic, reason, event_name],
    ['quarantine', 'gitlab.quarantine', 'too_large', 'push'],
  )
  assert.equal(name, 'push')
  assert.match(String(detail), /^push of \d+ bytes without its body; its topic accepts at most 20000 bytes$/)
  assert.deepEqual([delivery.id, delivery.raw_chunks, raw.length], [hook.id, chunks.length, 0])
  assert.ok(message.value.length < 20_000)
  assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
})

test('a body that is not JSON is kept in chunks, too', async () => {
  const hook = hookOf(Buffer.alloc(60_000, 0xfe))
  const { event, message, chunks } = prepareWith(20_000)(hook)
  assert.deepEqual([event, (await delivered(message.value)).reason], ['quarantine', 'not_json'])
  assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
})

test('a large record that cannot be encoded is quarantined, with its body in chunks', async () => {
  const hook = hookOf(pushPaddedTo(100_000))
  const { event, message, chunks } = preparing(() => 30_000, brokenPushEncoder)(hook)
  const { delivery, raw, reason, event_name } = await delivered(message.value)
  assert.deepEqual([event, reason, event_name], ['quarantine', 'unencodable', 'push'])
  assert.deepEqual([delivery.raw_chunks, raw.length], [chunks.length, 0])
  assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
})

test('a quarantine record is sent even if it is too large: there is no other topic for it', () => {
  const { event, message } = prepareWith((topic) => (topic === chunksTopic ? 1e6 : 100))(hookOf('no JSON'))
  assert.deepEqual([event, message.topic], ['quarantine', 'gitlab.quarantine'])
})
