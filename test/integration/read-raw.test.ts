import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createChunkOversized } from '../../ingress/record/chunk-oversized.ts'
import { createPrepare } from '../../ingress/record/prepare.ts'
import { type RecordWithRaw, readRaw } from '../../lib/kafka/read-raw.ts'
import { decode, encode, hookOf } from '../helpers/records/deliver.ts'
import { createTopic } from '../helpers/servers/create-topic.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('read-raw')
const topic = stack.names.rawChunksTopic
const [admin, producer] = [stack.kafka.admin(), stack.kafka.producer()]
await Promise.all([admin.connect(), producer.connect()])
test.after(() => Promise.all([admin.disconnect(), producer.disconnect()]))
await createTopic(admin, { topic, numPartitions: 2, replicationFactor: 1 })

/**
 * A body that is too large for its topic, as the ingress cuts it: its record, and its chunks, not sent yet.
 */
const cut = async (id: string, letter: string, maxBytes = 10_000) => {
  const hook = hookOf(Buffer.alloc(15_000, letter), {}, { id, receivedAt: Date.now() })
  const prepare = createPrepare({ encode, chunkOversized: createChunkOversized(() => maxBytes, topic) })
  const { message, chunks } = prepare(hook)
  const record = (await decode(message.value)) as unknown as RecordWithRaw
  return { hook, record, chunks }
}
type Chunks = Awaited<ReturnType<typeof cut>>['chunks']
const send = (messages: Chunks) => producer.send({ topic, messages })
const read = (record: RecordWithRaw) => readRaw(record, stack.kafka, topic, AbortSignal.timeout(30_000))

test('a body that its record holds is taken from the record', async () => {
  const raw = Buffer.from('{}')
  const body_sha256 = createHash('sha256').update(raw).digest('hex')
  assert.equal(
    await read({ delivery: { id: 'whole', body_sha256, raw_chunks: null, received_at: 0 }, raw }),
    raw,
  )
})

test('each record gets its own body, despite another body with its id and other chunk sizes', async () => {
  const [first, second, other] = [
    await cut('twice', 'a'),
    await cut('twice', 'b'),
    await cut('twice', 'a', 8000),
  ]
  assert.deepEqual([first.chunks.length, second.chunks.length, other.chunks.length], [3, 3, 4])
  await send([
    ...first.chunks.slice(0, 2),
    ...other.chunks.slice(0, 2),
    ...second.chunks,
    ...first.chunks.slice(1),
  ])
  assert.ok((await read(first.record)).equals(first.hook.body))
  assert.ok((await read(second.record)).equals(second.hook.body))
})

test('a missing chunk is an error and is not waited for', async () => {
  const { record, chunks } = await cut('torn', 'c')
  await send(chunks.slice(1))
  await assert.rejects(read(record), /2 of 3 pieces of the body of torn were found/)
})

test('chunks that make another body are an error', async () => {
  const { record, chunks } = await cut('damaged', 'd')
  await send(chunks.map((chunk) => ({ ...chunk, value: Buffer.alloc(chunk.value.length, 'e') })))
  await assert.rejects(read(record), /the pieces of the body of damaged do not give it/)
})

test('an aborted read throws the reason of its signal', async () => {
  const { record } = await cut('aborted', 'f')
  await assert.rejects(readRaw(record, stack.kafka, topic, AbortSignal.abort(new Error('enough'))), /enough/)
})
