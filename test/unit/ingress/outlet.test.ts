import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutlet, type OpenOutlet } from '../../../ingress/outlet.ts'
import { RetriableError, UsageError } from '../../../lib/errors.ts'
import { hookOf } from '../../helpers/carry.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'

const kept = { kind: 'published', event: 'push', topic: 'gitlab.push', id: 'a' } as const
const openWay = () => {
  const calls = { stop: 0 }
  const way = { carry: async () => kept, publisher: { state: () => 'open', stop: async () => void calls.stop++ } } as unknown as OpenOutlet
  return { way, calls }
}
/** An outlet whose attempts to connect go by a script; the last entry is repeated. */
const connecting = (...script: (OpenOutlet | Error | Promise<OpenOutlet>)[]) => {
  let attempts = 0
  const { logger, lines } = recordingLogger()
  const outlet = createOutlet(async () => {
    const next = script[Math.min(attempts++, script.length - 1)]
    if (next instanceof Error) throw next
    return next as OpenOutlet
  }, logger)
  return { outlet, lines, attempts: () => attempts }
}

test('once connected hooks are carried', async () => {
  const { way, calls } = openWay()
  const { outlet } = connecting(way)
  await outlet.opened
  assert.equal(outlet.state(), 'open')
  assert.deepEqual(await outlet.carry(hookOf('{}'), null), kept)
  assert.equal(outlet.publisher(), way.publisher)
  await outlet.stop()
  assert.equal(calls.stop, 1)
})

test('while it connects a hook is turned away as retriable at once, so that it is spooled', async () => {
  const { outlet } = connecting(new Promise<OpenOutlet>(() => {}))
  assert.deepEqual([outlet.state(), outlet.publisher()], ['connecting', undefined])
  await assert.rejects(outlet.carry(hookOf('{}'), 4000), RetriableError)
})

test('it connects again and again, and opens by itself', async () => {
  const { way } = openWay()
  const { outlet, lines, attempts } = connecting(new RetriableError('refused'), new RetriableError('refused'), way)
  await outlet.opened
  assert.deepEqual([attempts(), outlet.state(), lines.length], [3, 'open', 2])
  await outlet.stop()
})

test('what waiting does not mend is said to whoever starts, and tried again all the same: somebody may mend it', async () => {
  const { way } = openWay()
  const { outlet } = connecting(new UsageError('no topics: run `bridge setup`'), way)
  await assert.rejects(outlet.opened, UsageError)
  while (outlet.state() !== 'open') await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(await outlet.carry(hookOf('{}'), null), kept)
  await outlet.stop()
})

test('stopping ends the attempts without waiting for the next', async () => {
  const { outlet, attempts } = connecting(new RetriableError('refused'))
  while (attempts() < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  const startedAt = performance.now()
  await outlet.stop()
  assert.ok(performance.now() - startedAt < 900, 'the wait after the third attempt alone is a second')
  const made = attempts()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(attempts(), made)
})
