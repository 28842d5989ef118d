import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IHeaders, Producer, ProducerRecord } from 'kafkajs'
import { fingerprintOf } from '../../../../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import { createDeadLetterWriter } from '../../../../../consumers/runtime/dead-letters/dead-letter-writer.ts'
import { createConsumerMetrics } from '../../../../../consumers/runtime/metrics.ts'
import { PermanentError, RetriableError } from '../../../../../lib/errors.ts'
import { createMetrics } from '../../../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../../../helpers/process/series-value.ts'
import { message } from '../../../../helpers/records/run-context.ts'

const openWriter = (send: (record: ProducerRecord) => Promise<unknown> = async () => []) => {
  const sent: ProducerRecord[] = []
  const producer = {
    send: async (record: ProducerRecord) => {
      sent.push(record)
      return send(record)
    },
  } as unknown as Producer
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const writeDeadLetter = createDeadLetterWriter({
    producer,
    topic: 'gitlab-bridge.dead-letter.x',
    eventOf: () => 'push',
    metrics: createConsumerMetrics(metrics, ['push']),
    logger,
  })
  return { writeDeadLetter, sent, metrics, lines }
}
const headersOf = (sent: ProducerRecord[]) =>
  (sent[0]?.messages[0]?.headers ?? {}) as Record<string, Buffer | string>

test('the value is unchanged, the key is the origin, and all in-sync replicas acknowledge it', async () => {
  const { writeDeadLetter, sent } = openWriter()
  await writeDeadLetter(message(), new Error('broken'), 5)
  const [record] = sent
  assert.partialDeepStrictEqual(record, { topic: 'gitlab-bridge.dead-letter.x', acks: -1 })
  assert.partialDeepStrictEqual(record?.messages[0], {
    key: 'gitlab.push/2/41',
    value: Buffer.from('value'),
    timestamp: '1780000000000',
    partition: 0,
  })
})

test('the headers are those of the message, its origin, and why it became a dead letter', async () => {
  const { writeDeadLetter, sent } = openWriter()
  await writeDeadLetter(message({ headers: { ce_id: 'an-id' } }), new PermanentError('no such project'), 1)
  const { 'dead-letter-at': at, 'dead-letter-stack': stack, ...headers } = headersOf(sent)
  assert.partialDeepStrictEqual(headers, {
    ce_id: 'an-id',
    'dead-letter-key': Buffer.from('15'),
    'dead-letter-origin': 'gitlab.push/2/41',
    'dead-letter-origin-timestamp': '1780000000000',
    'dead-letter-attempts': '1',
    'dead-letter-error': 'PermanentError',
    'dead-letter-message': 'no such project',
  })
  assert.ok(Math.abs(Date.now() - Date.parse(String(at))) < 60_000)
  assert.match(String(stack), /no such project[\s\S]*dead-letter-writer\.test/)
})

test('the headers of an earlier dead letter do not replace the reason of this one', async () => {
  const { writeDeadLetter, sent } = openWriter()
  await writeDeadLetter(
    message({ headers: { 'dead-letter-message': 'the first reason' } }),
    new Error('the second reason'),
    1,
  )
  assert.equal(headersOf(sent)['dead-letter-message'], 'the second reason')
})

test('an error message of a megabyte is cut off, also in the middle of a letter', async () => {
  const { writeDeadLetter, sent } = openWriter()
  await writeDeadLetter(message(), new Error(`x${'ä'.repeat(500_000)}`), 1)
  for (const name of ['dead-letter-message', 'dead-letter-stack'])
    assert.ok(Buffer.byteLength(String(headersOf(sent)[name])) < 4010, name)
})

test('a thrown value of any type becomes the reason of a dead letter', async () => {
  const { writeDeadLetter, sent } = openWriter()
  await writeDeadLetter(message({ key: null }), 'thrown text', 1)
  assert.partialDeepStrictEqual(headersOf(sent), {
    'dead-letter-key': '',
    'dead-letter-error': 'string',
    'dead-letter-message': 'thrown text',
  })
})

test('a message without a value becomes a dead letter that says so, and no tombstone', async () => {
  const { writeDeadLetter, sent } = openWriter()
  await writeDeadLetter(message({ value: null }), new Error('broken'), 1)
  await writeDeadLetter(message({ value: Buffer.alloc(0) }), new Error('broken'), 1)
  const [none, empty] = sent.map(({ messages: [letter] }) => letter)
  assert.deepEqual([none?.value, empty?.value], [Buffer.alloc(0), Buffer.alloc(0)])
  assert.deepEqual(
    [none?.headers?.['dead-letter-value'], empty?.headers?.['dead-letter-value']],
    ['none', 'here'],
  )
})

/** Refuses records above a size, as the brokers do. */
const limitedTo = (bytes: number) => async (record: ProducerRecord) => {
  if (sizeOf(record) <= bytes) return []
  const cause = Object.assign(new Error('larger than the max message size'), { type: 'MESSAGE_TOO_LARGE' })
  throw new Error('wrapped by the client', { cause })
}
const sizeOf = ({ messages: [letter] }: ProducerRecord) =>
  [letter?.key, letter?.value, ...Object.entries((letter?.headers ?? {}) as IHeaders).flat()]
    .map((part) => Buffer.byteLength(String(part ?? '')))
    .reduce((sum, bytes) => sum + bytes, 0)
const longError = Object.assign(new Error('m'.repeat(10_000)), {
  name: 'N'.repeat(10_000),
  stack: 's'.repeat(10_000),
})

test('a dead letter that is too large with its whole reason is written with a shorter reason', async () => {
  const { writeDeadLetter, sent } = openWriter(limitedTo(95_000 + 1500))
  const value = Buffer.alloc(95_000, 'v')
  await writeDeadLetter(message({ value, headers: { ce_id: 'an-id' } }), longError, 1)
  assert.equal(sent.length, 2)
  const letter = sent[1]?.messages[0]
  assert.equal(letter?.value, value)
  const { 'dead-letter-message': text, 'dead-letter-value': place, ce_id } = letter?.headers ?? {}
  assert.deepEqual([text, place, ce_id], ['m'.repeat(200), 'here', 'an-id'])
})

test('a message that is too large stays at its origin, whichever part of it is large', async () => {
  const large = 'x'.repeat(95_000)
  for (const part of [{ value: Buffer.from(large) }, { key: Buffer.from(large) }, { headers: { large } }]) {
    const { writeDeadLetter, sent, metrics, lines } = openWriter(limitedTo(1500))
    const headers = { 'redrive-origin': 'gitlab.push/0/7', 'redrive-count': '2', ...part.headers }
    await writeDeadLetter(message({ ...part, headers }), longError, 1)
    const letter = sent.at(-1)?.messages[0]
    assert.deepEqual([letter?.key, letter?.value], ['gitlab.push/2/41', Buffer.alloc(0)])
    assert.partialDeepStrictEqual(letter?.headers, {
      'dead-letter-value': 'at-origin',
      'dead-letter-key': part.key === undefined ? Buffer.from('15') : '',
      'dead-letter-fingerprint': fingerprintOf(longError),
      'redrive-origin': 'gitlab.push/0/7',
      'redrive-count': '2',
    })
    assert.equal(await seriesValue(metrics, 'consumer_dead_letters_total'), 1)
    assert.partialDeepStrictEqual(lines[0]?.fields, { form: 'at-origin' })
  }
})

test('a dead letter is counted and logged once the brokers have it', async () => {
  const { writeDeadLetter, metrics, lines } = openWriter()
  await writeDeadLetter(message(), new Error('broken'), 5)
  assert.equal(await seriesValue(metrics, 'consumer_dead_letters_total'), 1)
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['error'],
  )
  assert.partialDeepStrictEqual(lines[0]?.fields, { origin: 'gitlab.push/2/41', error: 'broken' })
})

test('while the brokers do not answer, the error is retriable and nothing is counted', async () => {
  const { writeDeadLetter, metrics } = openWriter(() => Promise.reject(new Error('brokers down')))
  await assert.rejects(
    writeDeadLetter(message(), new Error('broken'), 5),
    (error) =>
      error instanceof RetriableError &&
      /cannot write the dead letter of gitlab\.push\/2\/41: brokers down/.test(error.message),
  )
  assert.equal(await seriesValue(metrics, 'consumer_dead_letters_total'), 0)
})

test('a dead-letter topic that does not exist is named, with what to do', async () => {
  const unknown = Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' })
  const { writeDeadLetter } = openWriter(() => Promise.reject(new Error('gave up', { cause: unknown })))
  await assert.rejects(writeDeadLetter(message(), new Error('broken'), 5), {
    name: 'RetriableError',
    message: /the topic \S+ does not exist\. Run `bridge setup`/,
  })
})

test('when even the smallest form is too large, each is tried once and the error is retriable', async () => {
  const { writeDeadLetter, sent } = openWriter(limitedTo(10))
  await assert.rejects(writeDeadLetter(message(), new Error('broken'), 5), RetriableError)
  assert.equal(sent.length, 3)
})
