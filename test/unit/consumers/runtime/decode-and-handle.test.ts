import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Handler, Message, Origin } from '../../../../consumers/consumer.ts'
import { decodeAndHandle } from '../../../../consumers/runtime/decode-and-handle.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import type { EventType, RecordOf } from '../../../../schemas/catalogue.ts'
import { message, runContext } from '../../../helpers/records/run-context.ts'

const close = async () => {}
const decode = async (value: Buffer) => ({ text: value.toString() })
const eventOf = ({ topic }: { topic: string }) => topic.replace('gitlab.', '') as EventType
const messages = [
  message({ value: Buffer.from('a') }),
  message({ value: Buffer.from('b'), topic: 'gitlab.tag_push' }),
]
const originOf = ({ topic, partition, offset }: Message) => ({
  ...{ topic, topicId: 'an-id', partition, offset: Number(offset) },
})
const handleWith = (handler: Handler<EventType>) => decodeAndHandle(decode, eventOf, handler, originOf)
const textOf = (record: RecordOf) => (record as unknown as { text: string }).text

/** Stops the clock, because a call of a single handler begins no further message after a time limit. */
const stopClock = (t: TestContext) => {
  const clock = { now: 0 }
  t.mock.method(performance, 'now', () => clock.now)
  return clock
}

test('records are handed over one by one and in order, each with the event of its topic', async (t) => {
  stopClock(t)
  const seen: string[] = []
  const handle = handleWith({
    handle: async (record) => void seen.push(`${textOf(record)} ${record.eventType}`) as undefined,
    close,
  })
  assert.deepEqual(await handle(messages, runContext().context), ['processed', 'processed'])
  assert.deepEqual(seen, ['a push', 'b tag_push'])
})

test('the outcome is skipped when the handler says so', async (t) => {
  stopClock(t)
  const handle = handleWith({
    handle: async (record) => (textOf(record) === 'a' ? 'skipped' : undefined),
    close,
  })
  assert.deepEqual(await handle(messages, runContext().context), ['skipped', 'processed'])
})

test('a batch handler gets all records at once, and its result counts for all of them', async () => {
  const sizes: number[] = []
  const handler = (result: 'skipped' | undefined): Handler<EventType> => ({
    batchSize: 500,
    handleBatch: async (records) => {
      sizes.push(records.length)
      return result
    },
    close,
  })
  assert.deepEqual(await handleWith(handler(undefined))(messages, runContext().context), [
    'processed',
    'processed',
  ])
  assert.deepEqual(await handleWith(handler('skipped'))(messages, runContext().context), [
    'skipped',
    'skipped',
  ])
  assert.deepEqual(sizes, [2, 2])
})

test('ignored records do not reach a single handler', async (t) => {
  stopClock(t)
  const seen: string[] = []
  const handler: Handler<EventType> = {
    handle: async (record) => void seen.push(textOf(record)) as undefined,
    close,
  }
  const handle = decodeAndHandle(decode, eventOf, handler, originOf, (record) => textOf(record) === 'a')
  assert.deepEqual(await handle(messages, runContext().context), ['invented', 'processed'])
  assert.deepEqual(seen, ['b'])
})

test('ignored records do not reach a batch handler, which is not called without any other', async () => {
  const seen: string[][] = []
  const handler: Handler<EventType> = {
    batchSize: 500,
    handleBatch: async (records) => void seen.push(records.map(textOf)) as undefined,
    close,
  }
  const ignoring = (...texts: string[]) =>
    decodeAndHandle(decode, eventOf, handler, originOf, (record) => texts.includes(textOf(record)))
  assert.deepEqual(await ignoring('a')(messages, runContext().context), ['invented', 'processed'])
  assert.deepEqual(await ignoring('a', 'b')(messages, runContext().context), ['invented', 'invented'])
  assert.deepEqual(seen, [['b']])
})

test('a message without a value can never be handled', async () => {
  const handle = handleWith({ handle: () => assert.fail('handled'), close })
  await assert.rejects(handle([message({ value: null })], runContext().context), PermanentError)
})

test('a record that fails beside others then fails alone, without a second attempt', async (t) => {
  stopClock(t)
  const tried: string[] = []
  const failures: unknown[] = [new Error('first'), new Error('second')]
  const handle = handleWith({
    handle: async () => {
      tried.push('tried')
      if (tried.length > 1 && failures.length > 0) throw failures.shift()
      return undefined
    },
    close,
  })
  const [good, bad, other] = [message(), message(), message()]
  assert.deepEqual(await handle([good, bad, other], runContext().context), ['processed'])
  await assert.rejects(handle([bad, other], runContext().context), /first/)
  await assert.rejects(handle([bad], runContext().context), /first/)
  assert.equal(tried.length, 2)
  await assert.rejects(handle([bad], runContext().context), /second/)
  assert.deepEqual(await handle([bad], runContext().context), ['processed'])
  assert.equal(tried.length, 4)
})

test('a call whose first message took long begins no further message', async (t) => {
  const clock = stopClock(t)
  const handle = handleWith({
    handle: async () => {
      clock.now += 60_000
      return undefined
    },
    close,
  })
  assert.deepEqual(await handle([message(), message()], runContext().context), ['processed'])
})

test('a worker that stops begins no further message of the call', async () => {
  const { context, stop } = runContext()
  const handle = handleWith({ handle: async () => void stop.abort() as undefined, close })
  assert.deepEqual(await handle([message(), message()], context), ['processed'])
})

test('errors of the decoder are thrown unchanged', async () => {
  for (const error of [new PermanentError('no Avro'), new RetriableError('registry down')]) {
    const failing = () => Promise.reject(error)
    const handler = { handle: () => assert.fail('handled'), close }
    const handle = decodeAndHandle(failing, eventOf, handler, originOf)
    await assert.rejects(handle([message()], runContext().context), error)
  }
})

test('the handler sees where its records come from', async (t) => {
  stopClock(t)
  const seen: string[] = []
  const see = (origins: readonly Origin[]) =>
    seen.push(...origins.map(({ topicId, topic, offset }) => `${topicId} ${topic} ${offset}`))
  const { context } = runContext()
  await handleWith({ handle: async (_, { origins }) => void see(origins) as undefined, close })(
    messages,
    context,
  )
  await handleWith({
    batchSize: 10,
    handleBatch: async (_, { origins }) => void see(origins) as undefined,
    close,
  })(messages, context)
  const expected = ['an-id gitlab.push 41', 'an-id gitlab.tag_push 41']
  assert.deepEqual(seen, [...expected, ...expected])
})

test('the handler sees the signal of the context', async () => {
  const { context, signal } = runContext()
  const seen: AbortSignal[] = []
  await handleWith({
    handle: async (_record, { signal: given }) => void seen.push(given) as undefined,
    close,
  })([message()], context)
  signal.abort()
  assert.equal(seen[0]?.aborted, true)
})
