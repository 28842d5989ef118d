import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DeadLetter, deadLetterOf } from '../../../../cli/dead-letters/dead-letter.ts'
import type { Settle } from '../../../../cli/dead-letters/dead-letter-writer.ts'
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

/** Takes no copy of the second letter: `error` is what comes of it. */
const settling = (error: Error) => {
  const written: string[] = []
  const names = (letters: readonly DeadLetter[]) =>
    letters.map(({ dead_letter }) => dead_letter.slice(-1)).join()
  const settle: Settle = {
    record: async (letters) => void written.push(`record ${names(letters)}`),
    copy: async ({ value, partition }) => {
      if (String(value) === 'value 2') throw error
      written.push(`copy ${value} to ${partition}`)
    },
    close: async (letters) => void written.push(`close ${names(letters)}`),
    disconnect: async () => undefined,
  }
  return { settle, written }
}
const portion: ReadLetter[] = [
  letterAt(1),
  letterAt(2),
  { ...letterAt(3), message: undefined },
  letterAt(4),
  letterAt(5),
]
const sent = new Set(['gitlab.push/4/4@4'])

test('what is too large for the retry topic or gone stays open and holds up no other', async () => {
  const { settle, written } = settling(Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' }))
  const results = await redrivePortion(portion, settle, sent, 3, 'a test')
  assert.deepEqual(
    results.map(({ dead_letter, result, detail }) => [dead_letter.slice(-1), result, detail]),
    [
      ['1', 'redriven', undefined],
      ['2', 'held_back', 'the retry topic does not take it: too large'],
      [
        '3',
        'held_back',
        'the record was too large for the dead-letter topic, and is gone from where it was read',
      ],
      ['4', 'was_redriven', undefined],
      ['5', 'redriven', undefined],
    ],
  )
  assert.deepEqual(written, ['record 1,2,4,5', 'copy value 1 to 1', 'copy value 5 to 1', 'close 1,4,5'])
})

test('an outage ends it, and nothing is settled that may not have been copied', async () => {
  const { settle, written } = settling(new Error('brokers down'))
  await assert.rejects(redrivePortion(portion, settle, sent, 3, undefined), /brokers down/)
  assert.deepEqual(written, ['record 1,2,4,5', 'copy value 1 to 1'])
})
