import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DeadLetter, deadLetterOf } from '../../../../cli/dead-letters/dead-letter.ts'
import type { DeadLetterWriter } from '../../../../cli/dead-letters/dead-letter-writer.ts'
import type { ReadLetter } from '../../../../cli/dead-letters/read-dead-letters.ts'
import { redrivePortion } from '../../../../cli/dead-letters/redrive-portion.ts'

const letterAt = (offset: number): ReadLetter => {
  const value = Buffer.from(`value ${offset}`)
  const message = {
    topic: 'dead',
    partition: 0,
    offset,
    timestamp: 0,
    key: `gitlab.push/4/${offset}`,
    value,
    headers: { 'dead-letter-key': '15' },
  }
  return { letter: deadLetterOf('a-worker', message), message }
}

/** A writer that fails with `error` to copy the second letter. It lists its calls in `written`. */
const writerWithout2 = (error: Error) => {
  const written: string[] = []
  const names = (letters: readonly DeadLetter[]) =>
    letters.map(({ dead_letter }) => dead_letter.slice(-1)).join()
  const writer: DeadLetterWriter = {
    recordOperation: async (letters) => void written.push(`record ${names(letters)}`),
    copyToRetryTopic: async ({ value, partition }) => {
      if (String(value) === 'value 2') throw error
      written.push(`copy ${value} to ${partition}`)
    },
    settle: async (letters) => void written.push(`settle ${names(letters)}`),
    disconnect: async () => undefined,
  }
  return { writer, written }
}
const portion: ReadLetter[] = [
  letterAt(1),
  letterAt(2),
  { ...letterAt(3), message: undefined },
  letterAt(4),
  letterAt(5),
]
const copied = new Set(['gitlab.push/4/4@4'])

test('a dead letter stays open if its message is too large or gone; the others are redriven', async () => {
  const { writer, written } = writerWithout2(
    Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' }),
  )
  const results = await redrivePortion(portion, writer, { copied, partitions: 3, reason: 'a test' })
  assert.deepEqual(
    results.map(({ dead_letter, result, detail }) => [dead_letter.slice(-1), result, detail]),
    [
      ['1', 'redriven', undefined],
      ['2', 'held_back', 'the retry topic refuses the message: too large'],
      [
        '3',
        'held_back',
        'the message was too large for the dead-letter topic, and the topic it came from has deleted it',
      ],
      ['4', 'was_redriven', undefined],
      ['5', 'redriven', undefined],
    ],
  )
  assert.deepEqual(written, ['record 1,2,4,5', 'copy value 1 to 1', 'copy value 5 to 1', 'settle 1,4,5'])
})

test('an outage ends the portion, and no dead letter is settled', async () => {
  const { writer, written } = writerWithout2(new Error('brokers down'))
  await assert.rejects(
    redrivePortion(portion, writer, { copied, partitions: 3, reason: undefined }),
    /brokers down/,
  )
  assert.deepEqual(written, ['record 1,2,4,5', 'copy value 1 to 1'])
})
