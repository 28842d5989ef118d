import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeliveryPath, type OpenDeliveryPath } from '../../../ingress/delivery-path.ts'
import { RetriableError, UsageError } from '../../../lib/errors.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { hookOf } from '../../helpers/records/deliver.ts'
import { deliverBy, delivered } from '../../helpers/records/fake-deliver.ts'

const kept = { kind: 'published', event: 'push', topic: 'gitlab.push', id: 'a' } as const
const openPath = () => {
  const calls = { stop: 0 }
  const path = {
    deliver: deliverBy(async () => kept),
    publisher: { state: () => 'open', stop: async () => void calls.stop++ },
  } as unknown as OpenDeliveryPath
  return { path, calls }
}
/** A delivery path whose attempts to connect follow a script. The last entry is repeated. */
const connecting = (...script: (OpenDeliveryPath | Error | Promise<OpenDeliveryPath>)[]) => {
  let attempts = 0
  const { logger, lines } = recordingLogger()
  const deliveryPath = createDeliveryPath(async () => {
    const next = script[Math.min(attempts++, script.length - 1)]
    if (next instanceof Error) throw next
    return next as OpenDeliveryPath
  }, logger)
  deliveryPath.start()
  return { deliveryPath, lines, attempts: () => attempts }
}

test('once it is connected, hooks are delivered', async () => {
  const { path, calls } = openPath()
  const { deliveryPath } = connecting(path)
  await deliveryPath.opened
  assert.equal(deliveryPath.state(), 'open')
  assert.deepEqual(await delivered(deliveryPath.deliver, hookOf('{}')), kept)
  assert.equal(deliveryPath.publisher(), path.publisher)
  await deliveryPath.stop()
  assert.equal(calls.stop, 1)
})

test('while it connects, a hook is rejected as retriable at once, so that it is spooled', async () => {
  const { deliveryPath } = connecting(new Promise<OpenDeliveryPath>(() => {}))
  assert.deepEqual([deliveryPath.state(), deliveryPath.publisher()], ['connecting', undefined])
  await assert.rejects(delivered(deliveryPath.deliver, hookOf('{}')), RetriableError)
})

test('it tries to connect again and again until it is open', async () => {
  const { path } = openPath()
  const { deliveryPath, lines, attempts } = connecting(
    new RetriableError('refused'),
    new RetriableError('refused'),
    path,
  )
  await deliveryPath.opened
  assert.deepEqual([attempts(), deliveryPath.state(), lines.length], [3, 'open', 2])
  await deliveryPath.stop()
})

test('an error that does not go away by itself is reported, and connecting goes on', async () => {
  const { path } = openPath()
  const noTopics = new UsageError('no topics: run `bridge setup`')
  const { deliveryPath, lines } = connecting(noTopics, noTopics, path)
  await new Promise(setImmediate)
  assert.deepEqual([deliveryPath.state(), deliveryPath.problem()], ['connecting', noTopics.message])
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, fields.error]),
    [['error', noTopics.message]],
  )
  await deliveryPath.opened
  assert.deepEqual([deliveryPath.state(), deliveryPath.problem()], ['open', undefined])
  assert.deepEqual(await delivered(deliveryPath.deliver, hookOf('{}')), kept)
  await deliveryPath.stop()
})

test('stopping ends the attempts without waiting for the next one', async () => {
  const { deliveryPath, attempts } = connecting(new RetriableError('refused'))
  while (attempts() < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  const startedAt = performance.now()
  await deliveryPath.stop()
  assert.ok(performance.now() - startedAt < 900, 'the wait after the third attempt alone is a second')
  const made = attempts()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(attempts(), made)
})

test('stopped during an attempt, it closes what the attempt opened', async () => {
  const { path, calls } = openPath()
  const { promise, resolve } = Promise.withResolvers<OpenDeliveryPath>()
  const { deliveryPath } = connecting(promise)
  await deliveryPath.stop()
  resolve(path)
  await new Promise(setImmediate)
  assert.deepEqual([calls.stop, deliveryPath.state()], [1, 'connecting'])
})
