import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '../../../../../consumers/consumer.ts'
import { deadLetter } from '../../../../../consumers/runtime/middleware/dead-letter.ts'
import { GroupError } from '../../../../../consumers/runtime/middleware/group-error.ts'
import { AttemptsUsedUpError } from '../../../../../consumers/runtime/middleware/retry.ts'
import { PermanentError, RetriableError } from '../../../../../lib/errors.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const recording = () => {
  const letters: [Message, unknown, number][] = []
  const writeDeadLetter = async (...letter: [Message, unknown, number]) => void letters.push(letter)
  return { letters, writeDeadLetter }
}
const throwing = (error: unknown) => () => Promise.reject(error)

test('a message that cannot be handled becomes a dead letter with reason and attempts', async () => {
  for (const error of [new PermanentError('never'), new Error('broken five times'), 'thrown text']) {
    const { letters, writeDeadLetter } = recording()
    const failed = message()
    assert.deepEqual(await deadLetter(writeDeadLetter)(throwing(error))([failed], runContext(4).context), [
      'dead_lettered',
    ])
    assert.deepEqual(letters, [[failed, error, 5]])
  }
})

test('when the attempts never ended, the number of attempts is not raised by one', async () => {
  const { letters, writeDeadLetter } = recording()
  const failed = message()
  const error = new AttemptsUsedUpError(4)
  await deadLetter(writeDeadLetter)(throwing(error))([failed], runContext(4).context)
  assert.deepEqual(letters, [[failed, error, 4]])
})

test('the outcomes of handled messages are returned unchanged', async () => {
  const { letters, writeDeadLetter } = recording()
  assert.deepEqual(
    await deadLetter(writeDeadLetter)(async () => ['processed', 'skipped'])(
      [message(), message()],
      runContext().context,
    ),
    ['processed', 'skipped'],
  )
  assert.deepEqual(letters, [])
})

test('an outage or a rebalance makes no dead letter', async () => {
  for (const error of [new RetriableError('database down'), new GroupError(new Error('rebalance'))]) {
    const { letters, writeDeadLetter } = recording()
    await assert.rejects(
      deadLetter(writeDeadLetter)(throwing(error))([message()], runContext().context),
      error,
    )
    assert.deepEqual(letters, [], error.name)
  }
})

test('the stop of the worker makes no dead letter', async () => {
  const { letters, writeDeadLetter } = recording()
  const { context, stop } = runContext()
  stop.abort()
  await assert.rejects(
    deadLetter(writeDeadLetter)(throwing(new Error('aborted')))([message()], context),
    /aborted/,
  )
  assert.deepEqual(letters, [])
})

test('several messages that fail together make no dead letter: each must be tried alone', async () => {
  const { letters, writeDeadLetter } = recording()
  await assert.rejects(
    deadLetter(writeDeadLetter)(throwing(new PermanentError('one of them')))(
      [message(), message()],
      runContext().context,
    ),
  )
  assert.deepEqual(letters, [])
})

test('an error of the dead-letter topic is thrown', async () => {
  const down = new RetriableError('brokers down')
  await assert.rejects(
    deadLetter(throwing(down))(throwing(new PermanentError('never')))([message()], runContext().context),
    down,
  )
})
