import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFreshValue } from '../../../../cli/lag-exporter/fresh-value.ts'

test('callers get the known value while a new one is slow, and the new one afterwards', async () => {
  const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  let asked = 0
  const fresh = createFreshValue(
    () => answers[asked++]?.promise ?? Promise.reject(new Error('asked too often')),
    -1, // never fresh
    () => assert.fail('nothing failed'),
  )
  const first = fresh.latest()
  assert.equal(fresh.ageMs(), Number.POSITIVE_INFINITY)
  answers[0]?.resolve('first')
  assert.equal(await first, 'first')
  assert.deepEqual(await Promise.all([fresh.latest(), fresh.latest()]), ['first', 'first'])
  assert.equal(asked, 2)
  const third = fresh.latest()
  answers[1]?.resolve('second')
  assert.equal(await third, 'second')
})

test('a failed request reports its error and keeps the known value; without one it rejects', async () => {
  const errors: unknown[] = []
  const results: (() => Promise<string>)[] = [
    () => Promise.reject(new Error('down')),
    async () => 'known',
    () => Promise.reject(new Error('down again')),
  ]
  const fresh = createFreshValue(
    () => results.shift()?.() ?? Promise.reject(new Error('asked too often')),
    -1,
    (error) => errors.push((error as Error).message),
  )
  await assert.rejects(fresh.latest(), /down/)
  assert.equal(await fresh.latest(), 'known')
  assert.equal(await fresh.latest(), 'known')
  assert.deepEqual(errors, ['down again'])
})
