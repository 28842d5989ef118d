import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Handler } from '../../../consumers/consumer.ts'
import { decodeAndHandle } from '../../../consumers/decode-and-handle.ts'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import type { EventType, RecordOf } from '../../../schemas/catalogue.ts'
import { message, runContext } from '../../helpers/run-context.ts'

const close = async () => {}
const decode = async (value: Buffer) => ({ text: value.toString() })
const eventOf = ({ topic }: { topic: string }) => topic.replace('gitlab.', '') as EventType
const messages = [message({ value: Buffer.from('a') }), message({ value: Buffer.from('b'), topic: 'gitlab.tag_push' })]
const handleWith = (handler: Handler<EventType>) => decodeAndHandle(decode, eventOf, handler)
const textOf = (record: RecordOf) => (record as unknown as { text: string }).text

test('records are handed over one by one, in order, each with the event of its topic', async () => {
  const seen: string[] = []
  const handle = handleWith({ handle: async (record) => void seen.push(`${textOf(record)} ${record.eventType}`) as undefined, close })
  assert.deepEqual(await handle(messages, runContext().context), ['processed', 'processed'])
  assert.deepEqual(seen, ['a push', 'b tag_push'])
})

test('a handler that says skipped is believed', async () => {
  const handle = handleWith({ handle: async (record) => (textOf(record) === 'a' ? 'skipped' : undefined), close })
  assert.deepEqual(await handle(messages, runContext().context), ['skipped', 'processed'])
})

test('a batch handler gets all of them at once, and its word holds for all', async () => {
  const sizes: number[] = []
  const handler = (result: 'skipped' | undefined): Handler<EventType> => ({
    batchSize: 500,
    handleBatch: async (records) => {
      sizes.push(records.length)
      return result
    },
    close,
  })
  assert.deepEqual(await handleWith(handler(undefined))(messages, runContext().context), ['processed', 'processed'])
  assert.deepEqual(await handleWith(handler('skipped'))(messages, runContext().context), ['skipped', 'skipped'])
  assert.deepEqual(sizes, [2, 2])
})

test('a message without a value can never be handled, and the others of its call are not touched', async () => {
  const handle = handleWith({ handle: () => assert.fail('handled'), close })
  await assert.rejects(handle([message(), message({ value: null })], runContext().context), PermanentError)
})

test('what the decoder says of a value goes further out as it is', async () => {
  for (const error of [new PermanentError('no Avro'), new RetriableError('registry down')]) {
    const handle = decodeAndHandle(() => Promise.reject(error), eventOf, { handle: () => assert.fail('handled'), close })
    await assert.rejects(handle([message()], runContext().context), error)
  }
})

test('the handler is told when its time is up', async () => {
  const { context, signal } = runContext()
  const seen: AbortSignal[] = []
  await handleWith({ handle: async (_record, { signal: given }) => void seen.push(given) as undefined, close })([message()], context)
  signal.abort()
  assert.equal(seen[0]?.aborted, true)
})
