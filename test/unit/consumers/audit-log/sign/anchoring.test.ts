import assert from 'node:assert/strict'
import { test } from 'node:test'
import { anchorVariables } from '../../../../../consumers/audit-log/anchors/anchor-variables.ts'
import { startAnchoring } from '../../../../../consumers/audit-log/sign/anchoring.ts'
import { readVariables } from '../../../../../lib/config.ts'
import type { Pool } from '../../../../../lib/database.ts'
import { quietLogger } from '../../../../../lib/logger.ts'
import { createMetrics } from '../../../../../lib/metrics/metrics.ts'
import { seriesValue } from '../../../../helpers/process/series-value.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'

test('while the signer cannot be opened, every row counts as not anchored', async (t) => {
  const pool = { query: () => Promise.reject(new Error('the database does not answer')) }
  const metrics = createMetrics()
  const settings = readVariables(anchorVariables, { BRIDGE_DATA_DIR: await temporaryFolder(t) })
  const anchoring = startAnchoring(pool as unknown as Pool, settings, quietLogger(), metrics)
  anchoring.appended(7)
  assert.equal(await seriesValue(metrics, 'audit_log_unanchored_leaves'), 7)
  assert.equal(await seriesValue(metrics, 'audit_log_forked'), 0)
  await anchoring.stop()
})
