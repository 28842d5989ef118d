// The order of hooks when some of them must be spooled.
import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import { mock, type TestContext, test } from 'node:test'
import { createOrderedIngress, settle } from '../../../../helpers/records/ordered-ingress.ts'

mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
// Without this, modules that import `setTimeout` of node:timers/promises by name keep the real one.
syncBuiltinESMExports()

const start = async (t: TestContext, options: Parameters<typeof createOrderedIngress>[0] = {}) => {
  const ingress = await createOrderedIngress(options)
  t.after(async () => {
    ingress.heal()
    // It may wait for a timer of the test, so it is not awaited.
    void ingress.stop()
    await settle()
  })
  const pass = async (ms: number) => {
    mock.timers.tick(ms)
    await settle()
  }
  /** Lets the brokers recover, and waits until everything is published. */
  const recover = async () => {
    ingress.heal()
    for (let round = 0; round < 10 || (round < 200 && ingress.spools.state().records > 0); round++)
      await pass(500)
    assert.equal(ingress.spools.state().records, 0)
  }
  return { ...ingress, pass, recover }
}
const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index))

test('when the first hook must be spooled, all that wait are spooled, in order', async (t) => {
  const { accept, kinds, pass, recover, firstOccurrences } = await start(t)
  accept()
  await pass(400)
  accept()
  accept()
  await pass(600)
  assert.deepEqual(kinds(), ['spooled', 'spooled', 'spooled'], 'at the deadline of the first')
  accept()
  await settle()
  assert.equal(kinds()[3], 'spooled')
  await recover()
  assert.deepEqual(firstOccurrences(), ids(4))
})

test('while hooks are moved to the spool, nothing new is sent, and new hooks go behind them', async (t) => {
  const { accept, kinds, answerRequest, log, recover, firstOccurrences } = await start(t)
  accept()
  accept()
  await settle()
  mock.timers.tick(1000)
  accept()
  answerRequest('ok')
  await settle()
  assert.deepEqual(log.get('gitlab.push')?.[0], '0', 'the request in flight goes on')
  assert.deepEqual(kinds(), ['published', 'spooled', 'spooled'])
  await recover()
  assert.deepEqual(firstOccurrences(), ids(3))
})

test('a request in flight that fails after the move does not send its records again', async (t) => {
  const { accept, pass, answerRequest, log, recover, firstOccurrences } = await start(t)
  accept()
  accept()
  await pass(1000)
  accept()
  await settle()
  answerRequest('lost')
  await settle()
  await recover()
  assert.deepEqual(log.get('gitlab.push'), ids(3))
  assert.deepEqual(firstOccurrences(), ids(3))
})

test('if the disk fails, only a hook whose time is up is refused; others keep their places', async (t) => {
  const { accept, kinds, pass, disk, answerRequest, recover, firstOccurrences } = await start(t)
  accept()
  await pass(500)
  accept()
  accept()
  disk.fail('append', 'EIO')
  await pass(500)
  assert.deepEqual(kinds(), ['unavailable', undefined, undefined])
  accept()
  answerRequest('lost')
  await recover()
  assert.deepEqual(kinds(), ['unavailable', 'spooled', 'spooled', 'spooled'], 'at the deadline of the second')
  assert.deepEqual(firstOccurrences(), ['1', '2', '3'])
})

test('the path is direct again once the last hook of the spool is acknowledged', async (t) => {
  const { accept, kinds, pass, answerRequest, recover, firstOccurrences } = await start(t)
  accept()
  await pass(1000)
  answerRequest('lost')
  await pass(1000)
  accept()
  await settle()
  assert.deepEqual(kinds(), ['spooled', 'spooled'], 'the drain has not finished')
  await recover()
  accept()
  await settle()
  assert.deepEqual(kinds(), ['spooled', 'spooled', 'published'])
  assert.deepEqual(firstOccurrences(), ids(3))
})

test('a hook that finds the queue full moves all others to the spool', async (t) => {
  const { accept, kinds, recover, firstOccurrences } = await start(t, { maxQueuedBytes: 1000 })
  for (let hook = 0; hook < 4; hook++) accept('gitlab.push', { bytes: hook === 2 ? 900 : 10 })
  await settle()
  assert.deepEqual(kinds(), ['spooled', 'spooled', 'spooled', 'spooled'])
  await recover()
  assert.deepEqual(firstOccurrences(), ids(4))
})

for (const answer of ['ok', 'lost', 'late'] as const)
  test(`a stop moves what waits to the spool, if the request in flight is answered: ${answer}`, async (t) => {
    const { accept, kinds, answerRequest, publisher, accepted, spools, log } = await start(t)
    for (let hook = 0; hook < 3; hook++) accept()
    await settle()
    const stopped = publisher.stop()
    answerRequest(answer)
    await settle()
    await stopped
    assert.ok(kinds().every((kind) => kind === 'spooled' || kind === 'published'))
    const published = new Set(log.get('gitlab.push'))
    assert.ok(accepted.filter(({ id }) => !published.has(id)).length <= spools.state().records)
  })

test('bodies in chunks are not overtaken, neither on the direct way nor from the spool', async (t) => {
  const { accept, kinds, pass, answerRequest, recover, firstOccurrences } = await start(t)
  for (let hook = 0; hook < 9; hook++) accept('gitlab.push', { isChunked: hook % 3 === 1 })
  for (let request = 0; request < 6; request++) {
    answerRequest('ok')
    await settle()
  }
  assert.deepEqual(firstOccurrences(), ids(9))
  for (let hook = 9; hook < 20; hook++) accept('gitlab.push', { isChunked: hook % 4 === 2 })
  await pass(1000)
  await recover()
  assert.deepEqual(firstOccurrences(), ids(20))
  assert.ok(kinds().every((kind) => kind === 'spooled' || kind === 'published'))
})

test('hooks of an unavailable topic go to its spool in order; later ones do not overtake them', async (t) => {
  const { accept, kinds, pass, brokenTopics, answerRequest, recover, firstOccurrences } = await start(t)
  brokenTopics.add('gitlab.push')
  for (let hook = 0; hook < 4; hook++) accept('gitlab.push', { isChunked: hook === 1 })
  accept('gitlab.job')
  for (let request = 0; request < 6; request++) {
    await settle()
    answerRequest('ok')
    await pass(200)
  }
  accept()
  await settle()
  assert.deepEqual(kinds(), ['spooled', 'spooled', 'spooled', 'spooled', 'published', 'spooled'])
  await recover()
  assert.deepEqual(firstOccurrences(), ['0', '1', '2', '3', '5'])
})
