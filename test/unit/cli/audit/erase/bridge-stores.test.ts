import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bridgeStores } from '../../../../../cli/audit/erase/bridge-stores.ts'

test('the report says that a restore and a rebuild bring the person back', () => {
  const [report, ...others] = bridgeStores({}, 0).filter(({ store }) => store.startsWith('backups that'))
  assert.deepEqual(others, [])
  assert.ok(report?.state === 'cannot')
  for (const cause of ['after a restore', '`bridge rebuild` of a worker'])
    assert.ok(report.why.includes(cause), cause)
  assert.match(report.why, /the person is back until you erase the person again$/)
})
