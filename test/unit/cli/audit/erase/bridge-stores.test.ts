import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bridgeStores } from '../../../../../cli/audit/erase/bridge-stores.ts'

test('the report says what to do when a restore or a rebuild brings the person back', () => {
  const [report, ...others] = bridgeStores({}, 0).filter(({ store }) => store.startsWith('backups that'))
  assert.deepEqual(others, [])
  assert.ok(report?.state === 'cannot')
  assert.match(report.why, /after a restore, run `bridge audit reapply-erasures`/)
  assert.match(
    report.why,
    /after `bridge rebuild` of another worker than the audit log, erase the person again$/,
  )
})
