import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKnownTopics, type KnownTopicsOptions } from '../../../../ingress/publish/topic-limits.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const topic = 'gitlab.push'
const mebibyte = 1024 * 1024

/** What is known of a topic of which the brokers tell what `told` holds at that time. */
const knowing = (
  t: { after(end: () => void): void },
  maxBytes: number | undefined,
  options: Partial<KnownTopicsOptions> = {},
) => {
  const told: { partitions: number; maxBytes: number | undefined } = { partitions: 3, maxBytes }
  const { logger, lines } = recordingLogger()
  const readTopicFacts: KnownTopicsOptions['readTopicFacts'] = async (topics) =>
    new Map(topics.map((each) => [each, { ...told }]))
  const known = createKnownTopics(new Map([[topic, { ...told }]]), { readTopicFacts, logger, ...options })
  t.after(known.stop)
  return { known, told, lines, limit: () => known.factsOf(topic)?.maxBytes }
}
const isFinal = (error: Error) => !(error instanceof RetriableError)

test('a record that is more than its topic takes by now will be made smaller', async (t) => {
  const { known, told, limit, lines } = knowing(t, 32 * mebibyte)
  told.maxBytes = 200_000
  assert.ok((await known.explain([{ topic, bytes: 300_000 }])) instanceof RetriableError)
  assert.equal(limit(), 200_000)
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields]),
    [['info', { topic, max_bytes: 200_000, before: 32 * mebibyte }]],
  )
})

test('a record that should be small enough is told so: nobody knows what would mend it, nor that nothing will', async (t) => {
  const { known, limit } = knowing(t, mebibyte)
  const error = await known.explain([{ topic, bytes: 300_000 }])
  assert.ok(isFinal(error) && !(error instanceof PermanentError))
  assert.match(error.message, /300000 bytes.*gitlab\.push.*1048576/)
  assert.equal(limit(), mebibyte)
})

test('of a limit that may not be read, refusals tell more and more; only next to nothing is too large for good', async (t) => {
  const { known, limit } = knowing(t, undefined)
  assert.equal(limit(), mebibyte)
  const limits: (number | undefined)[] = []
  for (let bytes = 900_000; ; bytes = limit() ?? 0) {
    const error = await known.explain([{ topic, bytes }])
    if (isFinal(error)) break
    limits.push(limit())
  }
  assert.deepEqual(limits, [450_000, 225_000, 112_500, 56_250, 28_125, 14_062])
})

test('a limit that cannot be read for once stays as it was; what is read later holds, guessed or not', async (t) => {
  const { known, told, limit } = knowing(t, 32 * mebibyte)
  told.maxBytes = undefined
  assert.ok((await known.explain([{ topic, bytes: 40 * mebibyte }])) instanceof RetriableError)
  assert.equal(limit(), 32 * mebibyte)
  assert.ok((await known.explain([{ topic, bytes: 300_000 }])) instanceof RetriableError)
  assert.equal(limit(), 150_000)
  told.maxBytes = mebibyte
  assert.ok(isFinal(await known.explain([{ topic, bytes: 100_000 }])))
  assert.equal(limit(), mebibyte)
})

test('what is too large together says nothing of the limit of one', async (t) => {
  const { known, limit } = knowing(t, undefined)
  const record = { topic, bytes: 300_000 }
  assert.ok((await known.explain([record, record])) instanceof RetriableError)
  assert.equal(limit(), mebibyte)
})

test('while the brokers do not answer nobody can say', async (t) => {
  const { known } = knowing(t, mebibyte, {
    readTopicFacts: async () => Promise.reject(new RetriableError('away')),
  })
  assert.ok((await known.explain([{ topic, bytes: 300_000 }])) instanceof RetriableError)
})

test('a topic that cannot be seen any more is still known', async (t) => {
  const { known, limit } = knowing(t, mebibyte, {
    readTopicFacts: async () => new Map([[topic, new Error('gone')]]),
  })
  await known.explain([{ topic, bytes: 300_000 }])
  assert.equal(limit(), mebibyte)
})

test('limits that were raised are noticed by themselves; new partitions are not taken up', async (t) => {
  const { known, told, lines } = knowing(t, 200_000, { lookEveryMs: 5 })
  Object.assign(told, { partitions: 6, maxBytes: mebibyte })
  await eventually(
    () => assert.deepEqual(known.factsOf(topic), { partitions: 3, maxBytes: mebibyte }),
    20_000,
  )
  assert.equal(lines.length, 1)
})

test('what may not be read is asked for seldom; by then a guess is forgotten', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const asked: (readonly string[])[] = []
  const readTopicFacts: KnownTopicsOptions['readTopicFacts'] = async (topics) => {
    asked.push(topics)
    return new Map(topics.map((each) => [each, { partitions: 3, maxBytes: undefined }]))
  }
  const { known, limit } = knowing(t, undefined, { readTopicFacts })
  await known.explain([{ topic, bytes: 900_000 }])
  assert.deepEqual([asked, limit()], [[[topic]], 450_000])
  t.mock.timers.tick(19 * 15_000)
  assert.deepEqual([asked.length, limit()], [1, 450_000])
  t.mock.timers.tick(15_000)
  await new Promise(setImmediate)
  assert.deepEqual([asked, limit()], [[[topic], [topic]], mebibyte])
})

test('where nobody answers, a limit that may not be read is guessed all the same', async (t) => {
  const { known, limit } = knowing(t, undefined, {
    readTopicFacts: async () => Promise.reject(new RetriableError('away')),
  })
  assert.ok((await known.explain([{ topic, bytes: 900_000 }])) instanceof RetriableError)
  assert.equal(limit(), 450_000)
})
