import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopLimit } from '../../../../cli/ingress/stop-limit.ts'

test('the ingress may take 20 s to stop after it has accepted hooks for INGRESS_DRAIN_SECONDS', () => {
  assert.equal(stopLimit({}), 25_000)
  assert.equal(stopLimit({ INGRESS_DRAIN_SECONDS: '' }), 25_000)
  assert.equal(stopLimit({ INGRESS_DRAIN_SECONDS: '60' }), 80_000)
})

test('a wrong INGRESS_DRAIN_SECONDS does not keep the ingress from starting and reporting it', () => {
  assert.equal(stopLimit({ INGRESS_DRAIN_SECONDS: 'soon' }), 20_000)
})
