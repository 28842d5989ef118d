import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { timeout } from '../../../../../consumers/runtime/middleware/timeout.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

test('a handler whose time is up is told by its signal, and why', async () => {
  const handling = timeout(5)(async (_messages, { signal }) => {
    await once(signal, 'abort')
    throw signal.reason
  })([message()], runContext().context)
  await assert.rejects(handling, /not handled within 0\.005 s/)
})

test('that the time is up is told to the next process, once, while the handler may still hang', async () => {
  const { context, foretold } = runContext()
  const release = Promise.withResolvers<void>()
  const handling = timeout(5)(async () => {
    await release.promise
    return ['processed']
  })([message()], context)
  await once(AbortSignal.timeout(30), 'abort')
  assert.deepEqual(foretold, ['late'])
  release.resolve()
  await handling
})

test('a handler that finishes late is waited for: two attempts never run at once', async () => {
  let isSettled = false
  const handling = timeout(1)(async (_messages, { signal }) => {
    await once(signal, 'abort')
    await new Promise(setImmediate)
    isSettled = true
    return ['processed']
  })([message()], runContext().context)
  assert.deepEqual(await handling, ['processed'])
  assert.ok(isSettled)
})

test('a handler in time is not disturbed, then or later', async () => {
  const signals: AbortSignal[] = []
  const handle = timeout(5)(async (_messages, { signal }) => {
    signals.push(signal)
    return ['processed']
  })
  const { context, foretold } = runContext()
  assert.deepEqual(await handle([message()], context), ['processed'])
  await once(AbortSignal.timeout(15), 'abort')
  assert.equal(signals[0]?.aborted, false)
  assert.deepEqual(foretold, [])
})

test('an abort from further out reaches the handler too', async () => {
  const { context, signal } = runContext()
  const handling = timeout(60_000)(async (_messages, { signal: inner }) => {
    const aborted = once(inner, 'abort')
    signal.abort(new Error('stopping'))
    await aborted
    throw inner.reason
  })([message()], context)
  await assert.rejects(handling, /stopping/)
})
