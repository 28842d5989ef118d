import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../ingress/hook.ts'
import { TopicUnavailableError } from '../../../../ingress/publish/topic-unavailable-error.ts'
import { createFit } from '../../../../ingress/record/chunk-oversized.ts'
import { classify } from '../../../../ingress/record/classify.ts'
import { normalise } from '../../../../ingress/record/normalise.ts'
import { decode, encode, hookOf } from '../../../helpers/records/deliver.ts'
import { fixture } from '../../../helpers/records/samples.ts'

const chunksTopic = 'gitlab.raw-chunks'
const push = fixture('push')
const pushPaddedTo = (bytes: number): Buffer => {
  const json = JSON.parse(push.body.toString()) as object
  const bare = JSON.stringify({ ...json, padding: '' }).length
  return Buffer.from(JSON.stringify({ ...json, padding: 'x'.repeat(Math.max(0, bytes - bare)) }))
}
const fitWith = (maxBytes: number | ((topic: string) => number | undefined)) => {
  const fit = createFit(encode, typeof maxBytes === 'number' ? () => maxBytes : maxBytes, chunksTopic)
  return (hook: Hook) => fit(hook, normalise(hook, classify(hook)))
}
const delivered = async (value: Buffer) =>
  (await decode(value)) as {
    delivery: { id: string; raw_chunks: number | null; body_sha256: string }
    raw: Buffer
    reason?: string
    detail?: string
    event_name?: string
  }

test('what fits goes whole, in one message', async () => {
  const hook = hookOf(push.body)
  const { event, message, chunks } = fitWith(1e6)(hook)
  const { delivery, raw } = await delivered(message.value)
  assert.deepEqual([event, chunks, delivery.raw_chunks], ['push', [], null])
  assert.ok(raw.equals(hook.body))
})

test('what does not fit goes without its body, which goes before in pieces that give the body again', async () => {
  const hook = hookOf(pushPaddedTo(100_000))
  const { event, message, chunks } = fitWith(30_000)(hook)
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

test('the pieces give the body again, whatever its size and theirs, and none is empty', async () => {
  for (const [bodyBytes, maxBytes] of [
    [20_000, 9000],
    [12_288, 8192],
    [12_289, 8192],
    [50_000, 8191],
    [49_152, 16_384],
  ] as const) {
    const hook = hookOf(pushPaddedTo(bodyBytes))
    const { message, chunks } = fitWith(maxBytes)(hook)
    assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
    assert.ok(chunks.every(({ value }) => value.length > 0 && value.length <= maxBytes - 4096))
    assert.equal((await delivered(message.value)).delivery.raw_chunks, chunks.length)
  }
})

test('the pieces are as large as their own topic takes, not that of the event', () => {
  const { chunks } = fitWith((topic) => (topic === chunksTopic ? 1e6 : 20_000))(hookOf(pushPaddedTo(100_000)))
  assert.equal(chunks.length, 1)
})

test('pieces of one body that are as many are the same, whatever they were cut for: those of two attempts may mix', () => {
  const hook = hookOf(pushPaddedTo(100_000))
  const [some, others] = [28_000, 27_000].map(
    (maxBytes) => fitWith((topic) => (topic === chunksTopic ? maxBytes : 20_000))(hook).chunks,
  )
  assert.equal(some?.length, 5)
  assert.deepEqual(some, others)
})

for (const [problem, maxBytes] of Object.entries({
  'was never seen': undefined,
  'takes next to nothing': 5000,
})) {
  test(`where the topic of pieces ${problem} a hook that needs them waits for its own topic; one that fits goes`, async () => {
    const fit = fitWith((topic) => (topic === chunksTopic ? maxBytes : 20_000))
    assert.throws(
      () => fit(hookOf(pushPaddedTo(100_000))),
      (error) =>
        error instanceof TopicUnavailableError &&
        error.topic === 'gitlab.push' &&
        error.message.includes(chunksTopic),
    )
    assert.deepEqual(fit(hookOf(push.body)).chunks, [])
  })
}

test('for a topic that was never seen a hook goes whole: whoever publishes it knows what to do', () => {
  assert.deepEqual(fitWith(() => undefined)(hookOf(pushPaddedTo(100_000))).chunks, [])
})

test('what does not fit even without its body goes to quarantine as too large, with its body beside it', async () => {
  const json = JSON.parse(push.body.toString()) as { commits: object[] }
  const [commit = {}] = json.commits
  const hook = hookOf({
    ...json,
    commits: Array.from({ length: 300 }, () => ({ ...commit, message: 'm'.repeat(300) })),
  })
  const { event, message, chunks } = fitWith(20_000)(hook)
  const { delivery, raw, reason, detail, event_name } = await delivered(message.value)
  assert.deepEqual(
    [event, message.topic, reason, event_name],
    ['quarantine', 'gitlab.quarantine', 'too_large', 'push'],
  )
  assert.match(String(detail), /^push of \d+ bytes without its body; the topic takes 20000$/)
  assert.deepEqual([delivery.id, delivery.raw_chunks, raw.length], [hook.id, chunks.length, 0])
  assert.ok(message.value.length < 20_000)
  assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
})

test('a body that is no JSON is kept in pieces too', async () => {
  const hook = hookOf(Buffer.alloc(60_000, 0xfe))
  const { event, message, chunks } = fitWith(20_000)(hook)
  assert.deepEqual([event, (await delivered(message.value)).reason], ['quarantine', 'not_json'])
  assert.ok(Buffer.concat(chunks.map(({ value }) => value)).equals(hook.body))
})
