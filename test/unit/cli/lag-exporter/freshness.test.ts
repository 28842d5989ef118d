import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFreshness } from '../../../../cli/lag-exporter/freshness.ts'

test('who asks gets what is known where an answer does not come soon, and the answer once it is there', async () => {
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  let asked = 0
  const freshness = createFreshness(
    () => answers[asked++]?.promise ?? Promise.reject(new Error('asked too often')),
    -1, // never fresh
    () => assert.fail('nothing failed'),
  )
  const first = freshness.latest()
  assert.equal(freshness.age(), Number.POSITIVE_INFINITY)
  answers[0]?.resolve('first')
  assert.equal(await first, 'first')
  assert.deepEqual(await Promise.all([freshness.latest(), freshness.latest()]), ['first', 'first'])
  assert.equal(asked, 2)
  const third = freshness.latest()
  answers[1]?.resolve('second')
  assert.equal(await third, 'second')
})

test('an answer that fails leaves what is known, and says so; before there is any it fails', async () => {
  const errors: unknown[] = []
  const results: (() => Promise<string>)[] = [
    () => Promise.reject(new Error('down')),
    async () => 'known',
    () => Promise.reject(new Error('down again')),
  ]
  const freshness = createFreshness(
    () => results.shift()?.() ?? Promise.reject(new Error('asked too often')),
    -1,
    (error) => errors.push((error as Error).message),
  )
  await assert.rejects(freshness.latest(), /down/)
  assert.equal(await freshness.latest(), 'known')
  assert.equal(await freshness.latest(), 'known')
  assert.deepEqual(errors, ['down again'])
})
