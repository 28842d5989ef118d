import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Producer, ProducerRecord } from 'kafkajs'
import { createDeadLetterTopic } from '../../../consumers/dead-letter-topic.ts'
import { createConsumerMetrics } from '../../../consumers/metrics.ts'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import { createMetrics } from '../../../lib/metrics.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { message } from '../../helpers/run-context.ts'
import { seriesValue } from '../../helpers/series-value.ts'

const putting = (send: (record: ProducerRecord) => Promise<unknown> = async () => []) => {
  const sent: ProducerRecord[] = []
  const producer = {
    send: async (record: ProducerRecord) => {
      sent.push(record)
      return send(record)
    },
  } as unknown as Producer
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const putAside = createDeadLetterTopic(
    producer,
    'gitlab-bridge.dead-letter.x',
    () => 'push',
    createConsumerMetrics(metrics, ['push']),
    logger,
  )
  return { putAside, sent, metrics, lines }
}
const headersOf = (sent: ProducerRecord[]) => (sent[0]?.messages[0]?.headers ?? {}) as Record<string, Buffer | string>

test('the value is unchanged, the key is where it came from, and all in-sync replicas have it', async () => {
  const { putAside, sent } = putting()
  await putAside(message(), new Error('broken'), 5)
  const [record] = sent
  assert.partialDeepStrictEqual(record, { topic: 'gitlab-bridge.dead-letter.x', acks: -1 })
  assert.partialDeepStrictEqual(record?.messages[0], {
    key: 'gitlab.push/2/41',
    value: Buffer.from('value'),
    timestamp: '1780000000000',
    partition: 0,
  })
})

test('headers hold its own headers, whence it came, and why it was put aside', async () => {
  const { putAside, sent } = putting()
  await putAside(message({ headers: { ce_id: 'an-id' } }), new PermanentError('no such project'), 1)
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
  assert.match(String(stack), /no such project[\s\S]*dead-letter-topic\.test/)
})

test('headers of an earlier dead letter do not hide the reason of this one', async () => {
  const { putAside, sent } = putting()
  await putAside(message({ headers: { 'dead-letter-message': 'the first reason' } }), new Error('the second reason'), 1)
  assert.equal(headersOf(sent)['dead-letter-message'], 'the second reason')
})

test('a message of a megabyte is bounded, and cut letters do no harm', async () => {
  const { putAside, sent } = putting()
  await putAside(message(), new Error(`x${'ä'.repeat(500_000)}`), 1)
  for (const name of ['dead-letter-message', 'dead-letter-stack']) assert.ok(Buffer.byteLength(String(headersOf(sent)[name])) < 4010, name)
})

test('anything thrown can be put aside, and so can a message without key or value', async () => {
  const { putAside, sent } = putting()
  await putAside(message({ key: null, value: null }), 'thrown text', 1)
  assert.partialDeepStrictEqual(headersOf(sent), {
    'dead-letter-key': '',
    'dead-letter-error': 'string',
    'dead-letter-message': 'thrown text',
  })
  assert.equal(sent[0]?.messages[0]?.value, null)
})

test('it is counted and logged once the brokers have it', async () => {
  const { putAside, metrics, lines } = putting()
  await putAside(message(), new Error('broken'), 5)
  assert.equal(await seriesValue(metrics, 'consumer_dead_letters_total'), 1)
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['error'],
  )
  assert.partialDeepStrictEqual(lines[0]?.fields, { origin: 'gitlab.push/2/41', error: 'broken' })
})

test('while the brokers do not take it the partition waits: retriable, and not counted', async () => {
  const { putAside, metrics } = putting(() => Promise.reject(new Error('brokers down')))
  await assert.rejects(
    putAside(message(), new Error('broken'), 5),
    (error) => error instanceof RetriableError && /gitlab\.push\/2\/41.*brokers down/.test(error.message),
  )
  assert.equal(await seriesValue(metrics, 'consumer_dead_letters_total'), 0)
})
