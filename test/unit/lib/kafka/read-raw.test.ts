import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogMessage } from '../../../../lib/kafka/log-reader.ts'
import { BodySearchTimeoutError, findBody } from '../../../../lib/kafka/read-raw.ts'

const delivery = { id: 'lost', body_sha256: '0', raw_chunks: 2, received_at: 100_000 }
const other: LogMessage = {
  ...{ topic: 'gitlab.raw-chunks', partition: 0, offset: 0, timestamp: 0 },
  ...{ key: 'other', value: Buffer.alloc(1), headers: {} },
}

/** Looks for a body among these messages. After them, the time is over. */
const find = async (messages: readonly LogMessage[]) => {
  const time = new AbortController()
  const opened: unknown[] = []
  const found = findBody(
    delivery,
    2,
    async function* (from) {
      opened.push(from)
      yield* messages
      time.abort(new Error('the time is over'))
    },
    time.signal,
  )
  const error = await found.then(
    () => assert.fail('it was found'),
    (thrown: unknown) => thrown as Error,
  )
  return { error, opened }
}

test('a search for chunks that ends while the brokers send others is told from an outage', async () => {
  const { error, opened } = await find([other])
  assert.ok(error instanceof BodySearchTimeoutError)
  assert.match(error.message, /^0 of 2 pieces of the body of lost were found in the time for it$/)
  assert.deepEqual(opened, [40_000], 'the search does not begin again')
})

test('a search for chunks that ends while the brokers send nothing is an outage', async () => {
  const { error } = await find([])
  assert.equal(error.message, 'the time is over')
})
