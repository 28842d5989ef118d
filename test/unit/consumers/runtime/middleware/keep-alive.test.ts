import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { GroupError } from '../../../../../consumers/runtime/middleware/group-error.ts'
import { keepAlive } from '../../../../../consumers/runtime/middleware/keep-alive.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

test('heartbeats are sent while a handler works, and not after it', async () => {
  const { context } = runContext()
  let beats = 0
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const heartbeat = async () => void (++beats === 3 && resolve())
  assert.deepEqual(
    await keepAlive(1)(async () => {
      await enough
      return ['processed']
    })([message()], { ...context, heartbeat }),
    ['processed'],
  )
  const after = beats
  await once(AbortSignal.timeout(10), 'abort')
  assert.equal(beats, after)
})

test('no heartbeats are sent after the time limit of the handler', async () => {
  const { context, signal } = runContext()
  signal.abort()
  await keepAlive(1)(async () => {
    await once(AbortSignal.timeout(10), 'abort')
    return ['processed']
  })([message()], { ...context, heartbeat: () => assert.fail('heartbeat') })
})

test('the error of a failed heartbeat replaces that of the handler, but no success', async () => {
  const lost = new GroupError(new Error('expelled'))
  const { context } = runContext()
  const wait = async () => void (await once(AbortSignal.timeout(10), 'abort'))
  const withLoss = { ...context, heartbeat: () => Promise.reject(lost) }
  await assert.rejects(
    keepAlive(1)(async () => {
      await wait()
      throw new Error('handler')
    })([message()], withLoss),
    lost,
  )
  assert.deepEqual(
    await keepAlive(1)(async () => {
      await wait()
      return ['processed']
    })([message()], withLoss),
    ['processed'],
  )
})
