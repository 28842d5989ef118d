import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTopicLimits, type TopicLimitsOptions } from '../../../../ingress/publish/topic-limits.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const topic = 'gitlab.push'
const mebibyte = 1024 * 1024

/** The limits of one topic. The brokers answer with what `told` contains at that time. */
const limiting = (
  t: { after(end: () => void): void },
  maxBytes: number | undefined,
  options: Partial<TopicLimitsOptions> = {},
) => {
  const told: { partitions: number; maxBytes: number | undefined } = { partitions: 3, maxBytes }
  const { logger, lines } = recordingLogger()
  const readTopicFacts: TopicLimitsOptions['readTopicFacts'] = async (topics) =>
    new Map(topics.map((each) => [each, { ...told }]))
  const limits = createTopicLimits(new Map([[topic, { ...told }]]), { readTopicFacts, logger, ...options })
  t.after(limits.stop)
  return { limits, told, lines, limit: () => limits.factsOf(topic)?.maxBytes }
}
const isFinal = (error: Error) => !(error instanceof RetriableError)

test('a record that is larger than its topic accepts now will be made smaller', async (t) => {
  const { limits, told, limit, lines } = limiting(t, 32 * mebibyte)
  told.maxBytes = 200_000
  assert.ok((await limits.explainTooLarge([{ topic, bytes: 300_000 }])) instanceof RetriableError)
  assert.equal(limit(), 200_000)
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields]),
    [['info', { topic, max_bytes: 200_000, before: 32 * mebibyte }]],
  )
})

test('a change of partitions is logged once with what to do; the old number stays in use', async (t) => {
  const { limits, told, lines } = limiting(t, mebibyte)
  told.partitions = 6
  for (let time = 0; time < 3; time++) await limits.explainTooLarge([{ topic, bytes: 10 }])
  assert.equal(limits.factsOf(topic)?.partitions, 3)
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields]),
    [['warn', { topic, partitions: 6, in_use: 3 }]],
  )
  assert.match(lines[0]?.message ?? '', /restart every ingress and worker/)
})

test('the error for a record that should be small enough is neither retriable nor permanent', async (t) => {
  const { limits, limit } = limiting(t, mebibyte)
  const error = await limits.explainTooLarge([{ topic, bytes: 300_000 }])
  assert.ok(isFinal(error) && !(error instanceof PermanentError))
  assert.match(error.message, /300000 bytes.*gitlab\.push.*1048576/)
  assert.equal(limit(), mebibyte)
})

test('a limit that may not be read is guessed lower with each refusal, down to a lowest guess', async (t) => {
  const { limits, limit } = limiting(t, undefined)
  assert.equal(limit(), mebibyte)
  const guesses: (number | undefined)[] = []
  for (let bytes = 900_000; ; bytes = limit() ?? 0) {
    const error = await limits.explainTooLarge([{ topic, bytes }])
    if (isFinal(error)) break
    guesses.push(limit())
  }
  assert.deepEqual(guesses, [450_000, 225_000, 112_500, 56_250, 28_125, 14_062])
})

test('a limit that cannot be read once stays as it was; reading it later replaces a guess', async (t) => {
  const { limits, told, limit } = limiting(t, 32 * mebibyte)
  told.maxBytes = undefined
  assert.ok((await limits.explainTooLarge([{ topic, bytes: 40 * mebibyte }])) instanceof RetriableError)
  assert.equal(limit(), 32 * mebibyte)
  assert.ok((await limits.explainTooLarge([{ topic, bytes: 300_000 }])) instanceof RetriableError)
  assert.equal(limit(), 150_000)
  told.maxBytes = mebibyte
  assert.ok(isFinal(await limits.explainTooLarge([{ topic, bytes: 100_000 }])))
  assert.equal(limit(), mebibyte)
})

test('records that are too large together do not change the limit for one record', async (t) => {
  const { limits, limit } = limiting(t, undefined)
  const record = { topic, bytes: 300_000 }
  assert.ok((await limits.explainTooLarge([record, record])) instanceof RetriableError)
  assert.equal(limit(), mebibyte)
})

test('while the brokers do not answer, the record is tried again', async (t) => {
  const { limits } = limiting(t, mebibyte, {
    readTopicFacts: async () => Promise.reject(new RetriableError('away')),
  })
  assert.ok((await limits.explainTooLarge([{ topic, bytes: 300_000 }])) instanceof RetriableError)
})

test('a topic that has disappeared keeps its limit', async (t) => {
  const { limits, limit } = limiting(t, mebibyte, {
    readTopicFacts: async () => new Map([[topic, new Error('gone')]]),
  })
  await limits.explainTooLarge([{ topic, bytes: 300_000 }])
  assert.equal(limit(), mebibyte)
})

test('raised limits are noticed by polling; new partitions are not used', async (t) => {
  const { limits, told, lines } = limiting(t, 200_000, { pollIntervalMs: 5 })
  Object.assign(told, { partitions: 6, maxBytes: mebibyte })
  await eventually(
    () => assert.deepEqual(limits.factsOf(topic), { partitions: 3, maxBytes: mebibyte }),
    20_000,
  )
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['warn', 'info'],
    'the new partitions and the raised limit are logged once each',
  )
})

test('limits that may not be read are polled seldom, and then the guess is forgotten', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const asked: (readonly string[])[] = []
  const readTopicFacts: TopicLimitsOptions['readTopicFacts'] = async (topics) => {
    asked.push(topics)
    return new Map(topics.map((each) => [each, { partitions: 3, maxBytes: undefined }]))
  }
  const { limits, limit } = limiting(t, undefined, { readTopicFacts })
  await limits.explainTooLarge([{ topic, bytes: 900_000 }])
  assert.deepEqual([asked, limit()], [[[topic]], 450_000])
  t.mock.timers.tick(19 * 15_000)
  assert.deepEqual([asked.length, limit()], [1, 450_000])
  t.mock.timers.tick(15_000)
  await new Promise(setImmediate)
  assert.deepEqual([asked, limit()], [[[topic], [topic]], mebibyte])
})

test('a limit that may not be read is guessed even if the brokers do not answer', async (t) => {
  const { limits, limit } = limiting(t, undefined, {
    readTopicFacts: async () => Promise.reject(new RetriableError('away')),
  })
  assert.ok((await limits.explainTooLarge([{ topic, bytes: 900_000 }])) instanceof RetriableError)
  assert.equal(limit(), 450_000)
})
