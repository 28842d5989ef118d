import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withTimeLimit } from '../../../lib/time-limit.ts'

test('a promise that settles within the limit keeps its result or its error', async () => {
  assert.equal(await withTimeLimit(60_000, Promise.resolve('done')), 'done')
  await assert.rejects(withTimeLimit(60_000, Promise.reject(new Error('refused'))), /^Error: refused$/)
})

test('a promise that does not settle within the limit is rejected with the limit', async () => {
  await assert.rejects(withTimeLimit(1, new Promise(() => {})), /^Error: no answer within 1 ms$/)
})
