import assert from 'node:assert/strict'
import { test } from 'node:test'
import { followDeadLetters } from '../../../../cli/lag-exporter/follow-dead-letters.ts'
import type { LogMessage, ReadLogOptions } from '../../../../lib/kafka/log-reader.ts'
import { createNames } from '../../../../schemas/topics.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const names = createNames('')
const place = { topic: names.deadLetterTopic('worker'), partition: 0, offset: 0, timestamp: 0 }
const letter = (key: string, at: number): LogMessage => ({
  ...place,
  key,
  value: Buffer.from('record'),
  headers: { 'dead-letter-at': new Date(at).toISOString() },
})
const tombstone = (key: string): LogMessage => ({ ...place, key, value: null, headers: {} })

test('the known dead letters stay valid until the topics have been read again', async (t) => {
  const steps = Array.from({ length: 4 }, () => Promise.withResolvers<void>())
  const reached: number[] = []
  const at = (step: number) => {
    reached.push(step)
    return steps[step]?.promise
  }
  const readings = [
    async function* ({ onCaughtUp }: ReadLogOptions) {
      yield letter('a', 1)
      yield letter('b', 2)
      await at(0)
      onCaughtUp?.()
      yield letter('c', 3)
      yield tombstone('a')
      await at(1)
      throw new Error('the brokers are away')
    },
    async function* ({ onCaughtUp }: ReadLogOptions) {
      yield letter('b', 2)
      await at(2)
      onCaughtUp?.()
      await at(3)
    },
  ]
  const ending = new AbortController()
  const { logger, lines } = recordingLogger()
  const followed = followDeadLetters(
    (options) => readings.shift()?.(options) ?? assert.fail('read too often'),
    names,
    [{ name: 'worker' }],
    ending.signal,
    logger,
  )
  t.after(() => ending.abort())
  const untilAt = (step: number) => eventually(() => assert.equal(reached.at(-1), step), 10_000)

  await untilAt(0)
  assert.equal(followed.open('worker'), undefined)
  steps[0]?.resolve()
  await untilAt(1)
  assert.deepEqual(followed.open('worker'), [2, 3])
  steps[1]?.resolve()
  await untilAt(2)
  assert.deepEqual(
    lines.map(({ fields }) => fields.error),
    ['the brokers are away'],
  )
  assert.deepEqual(followed.open('worker'), [2, 3])
  steps[2]?.resolve()
  await untilAt(3)
  assert.deepEqual(followed.open('worker'), [2])
  ending.abort()
  steps[3]?.resolve()
})

test('a topic that is missing hides no other, is named once, and is counted later', async (t) => {
  let exists = false
  const waitFor = ({ signal }: ReadLogOptions) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
  async function* read(options: ReadLogOptions) {
    const isMissing = options.topics[0] === names.deadLetterTopic('worker') && !exists
    if (isMissing) options.onMissing?.(options.topics)
    else if (options.topics[0] === names.deadLetterTopic('worker')) yield letter('a', 1)
    options.onCaughtUp?.()
    if (!isMissing) await waitFor(options)
  }
  const ending = new AbortController()
  const { logger, lines } = recordingLogger()
  const workers = [{ name: 'worker' }, { name: 'other' }]
  const followed = followDeadLetters(read, names, workers, ending.signal, logger)
  t.after(() => ending.abort())
  await eventually(() => assert.deepEqual(followed.open('other'), []))
  assert.equal(followed.open('worker'), undefined)
  exists = true
  await eventually(() => assert.deepEqual(followed.open('worker'), [1]), 10_000)
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields.topic]),
    [['warn', names.deadLetterTopic('worker')]],
  )
})
