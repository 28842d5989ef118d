import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Restore, withWholeBodies } from '../../../../consumers/runtime/whole-bodies.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { BodySearchTimeoutError } from '../../../../lib/kafka/read-raw.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { recordOfFixture } from '../../../helpers/records/chat-samples.ts'

/** A decoder whose values are the ids of deliveries, and how often it looked for a body. */
const open = (restore: Restore) => {
  let searches = 0
  const { logger, lines } = recordingLogger()
  const push = recordOfFixture('push')
  const decode = withWholeBodies(
    async (value) => ({ ...push, raw: Buffer.alloc(0), delivery: { ...push.delivery, id: String(value) } }),
    (record, signal) => {
      searches += 1
      return restore(record, signal)
    },
    logger,
  )
  const read = async (id: string) => (await decode(Buffer.from(id))) as RecordOf
  const errors = () => lines.filter(({ level }) => level === 'error').map(({ message }) => message)
  return { read, errors, searches: () => searches }
}

const notFound = () => Promise.reject(new BodySearchTimeoutError('0 of 2 pieces were found in the time'))

test('a body whose search never comes to an end holds up its record only for some searches', async () => {
  const { read, errors, searches } = open(notFound)
  for (let search = 1; search <= 4; search += 1) await assert.rejects(read('lost'), RetriableError)
  assert.deepEqual(errors(), [])
  assert.equal((await read('lost')).raw.length, 0)
  assert.deepEqual(errors(), ['the body of a hook was not found, so the record is handled without it'])
  await read('lost')
  assert.equal(searches(), 5, 'a record that comes again is not held up again')
  await assert.rejects(read('another'), RetriableError)
})

test('a body that a later search finds is in its record', async () => {
  const outcomes: Restore[] = [
    notFound,
    async (record) => {
      record.raw = Buffer.from('the body')
      return undefined
    },
  ]
  const { read, errors } = open((record, signal) => outcomes.shift()?.(record, signal) ?? assert.fail())
  await assert.rejects(read('slow'), RetriableError)
  assert.equal(String((await read('slow')).raw), 'the body')
  assert.deepEqual(errors(), [])
})

test('a body that is gone is not waited for', async () => {
  const { read, errors } = open(async () => '1 of 2 pieces were found')
  assert.equal((await read('lost')).raw.length, 0)
  assert.deepEqual(errors(), ['the body of a hook is gone, so the record is handled without it'])
})

test('while the brokers do not answer, a record waits, however long that takes', async () => {
  const { read, errors } = open(() => Promise.reject(new Error('Connection error: ECONNREFUSED')))
  for (let attempt = 1; attempt <= 10; attempt += 1) await assert.rejects(read('one'), RetriableError)
  assert.deepEqual(errors(), [])
})
