import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../../../../consumers/consumer.ts'
import { deadLetter } from '../../../../../consumers/runtime/middleware/dead-letter.ts'
import { GroupError } from '../../../../../consumers/runtime/middleware/group-error.ts'
import { AttemptsUsedUpError } from '../../../../../consumers/runtime/middleware/retry.ts'
import { PermanentError, RetriableError } from '../../../../../lib/errors.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const recording = () => {
  const aside: [Message, unknown, number][] = []
  return { aside, putAside: async (...letter: [Message, unknown, number]) => void aside.push(letter) }
}
const throwing = (error: unknown) => () => Promise.reject(error)

test('a message that cannot be handled is put aside with the reason and the number of attempts, and counts as done', async () => {
  for (const error of [new PermanentError('never'), new Error('broken five times'), 'thrown text']) {
    const { aside, putAside } = recording()
    const failed = message()
    assert.deepEqual(await deadLetter(putAside)(throwing(error))([failed], runContext(4).context), [
      'dead_lettered',
    ])
    assert.deepEqual(aside, [[failed, error, 5]])
  }
})

test('where none of the attempts came back they are all there were', async () => {
  const { aside, putAside } = recording()
  const failed = message()
  const error = new AttemptsUsedUpError(4)
  await deadLetter(putAside)(throwing(error))([failed], runContext(4).context)
  assert.deepEqual(aside, [[failed, error, 4]])
})

test('what was handled is passed on as it is', async () => {
  const { aside, putAside } = recording()
  assert.deepEqual(
    await deadLetter(putAside)(async () => ['processed', 'skipped'])(
      [message(), message()],
      runContext().context,
    ),
    ['processed', 'skipped'],
  )
  assert.deepEqual(aside, [])
})

test('nothing is put aside for an outage downstream, nor while the group moves', async () => {
  for (const error of [new RetriableError('database down'), new GroupError(new Error('rebalance'))]) {
    const { aside, putAside } = recording()
    await assert.rejects(deadLetter(putAside)(throwing(error))([message()], runContext().context), error)
    assert.deepEqual(aside, [], error.name)
  }
})

test('nothing is put aside because we stop ourselves', async () => {
  const { aside, putAside } = recording()
  const { context, stop } = runContext()
  stop.abort()
  await assert.rejects(deadLetter(putAside)(throwing(new Error('aborted')))([message()], context), /aborted/)
  assert.deepEqual(aside, [])
})

test('of several messages that fail together none is put aside: each must be tried alone first', async () => {
  const { aside, putAside } = recording()
  await assert.rejects(
    deadLetter(putAside)(throwing(new PermanentError('one of them')))(
      [message(), message()],
      runContext().context,
    ),
  )
  assert.deepEqual(aside, [])
})

test('a message the dead-letter topic does not take is not done with', async () => {
  const down = new RetriableError('brokers down')
  await assert.rejects(
    deadLetter(throwing(down))(throwing(new PermanentError('never')))([message()], runContext().context),
    down,
  )
})
