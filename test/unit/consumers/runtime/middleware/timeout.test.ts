import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { timeout } from '../../../../../consumers/runtime/middleware/timeout.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

test('the signal of a handler is aborted with a reason when its time limit has passed', async () => {
  const handling = timeout(5)(async (_messages, { signal }) => {
    await once(signal, 'abort')
    throw signal.reason
  })([message()], runContext().context)
  await assert.rejects(handling, /not handled within 0\.005 s/)
})

test('a passed time limit is announced to the next process once, while the handler still runs', async () => {
  const { context, announced } = runContext()
  const release = Promise.withResolvers<void>()
  const handling = timeout(5)(async () => {
    await release.promise
    return ['processed']
  })([message()], context)
  await once(AbortSignal.timeout(30), 'abort')
  assert.deepEqual(announced, ['late'])
  release.resolve()
  await handling
})

test('a handler that finishes late is waited for, because two attempts must never run at once', async () => {
  let isFinished = false
  const handling = timeout(1)(async (_messages, { signal }) => {
    await once(signal, 'abort')
    await new Promise(setImmediate)
    isFinished = true
    return ['processed']
  })([message()], runContext().context)
  assert.deepEqual(await handling, ['processed'])
  assert.ok(isFinished)
})

test('the signal of a handler that finishes in time is not aborted, neither then nor later', async () => {
  const signals: AbortSignal[] = []
  const handle = timeout(5)(async (_messages, { signal }) => {
    signals.push(signal)
    return ['processed']
  })
  const { context, announced } = runContext()
  assert.deepEqual(await handle([message()], context), ['processed'])
  await once(AbortSignal.timeout(15), 'abort')
  assert.equal(signals[0]?.aborted, false)
  assert.deepEqual(announced, [])
})

test('an abort of the outer signal reaches the handler', async () => {
  const { context, signal } = runContext()
  const handling = timeout(60_000)(async (_messages, { signal: inner }) => {
    const aborted = once(inner, 'abort')
    signal.abort(new Error('stopping'))
    await aborted
    throw inner.reason
  })([message()], context)
  await assert.rejects(handling, /stopping/)
})
