import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type IngressState, readinessOf } from '../../../ingress/readiness.ts'

const now = 1_780_000_000_000
const empty: IngressState['spool'] = {
  records: 0,
  bytes: 0,
  passedBytes: 0,
  oldestReceivedAt: null,
  setAside: 0,
  lastFailure: null,
}
const well: IngressState = {
  isDraining: false,
  deliveryPath: 'open',
  spool: empty,
  spools: empty,
  unavailableTopics: [],
  schemaIds: 'registry',
  lastReadBack: now - 10_000,
  now,
}
type Spools = 'spool' | 'spools'
const of = (
  changes: Partial<Omit<IngressState, Spools>> & { [spool in Spools]?: Partial<IngressState['spool']> },
) => {
  const spool = { ...empty, ...changes.spool }
  const { ok, status } = readinessOf({ ...well, ...changes, spool, spools: { ...spool, ...changes.spools } })
  return [ok, status]
}

test('ready, degraded or not: only where a hook could be lost or should go elsewhere it is not', () => {
  assert.deepEqual(of({}), [true, 'ready'])
  assert.deepEqual(of({ spool: { records: 3 } }), [true, 'degraded: spooling'])
  assert.deepEqual(of({ spools: { records: 3 } }), [true, 'degraded: spooling'])
  assert.deepEqual(of({ deliveryPath: 'connecting' }), [true, 'degraded: connecting'])
  assert.deepEqual(of({ schemaIds: 'disk' }), [true, 'degraded: the schema registry has not answered'])
  assert.deepEqual(of({ deliveryPath: 'failing' }), [true, 'degraded: the brokers do not acknowledge'])
  assert.deepEqual(of({ deliveryPath: 'connecting', spool: { records: 3 } }), [true, 'degraded: spooling'])
  assert.deepEqual(of({ isDraining: true }), [false, 'draining'])
  assert.deepEqual(of({ isDraining: true, spool: { records: 3, lastFailure: 'full' } }), [false, 'draining'])
})

test('where it must spool and cannot, it is not ready', () => {
  assert.deepEqual(of({ deliveryPath: 'failing', spool: { records: 3, lastFailure: 'full' } }), [
    false,
    'spool: full',
  ])
  assert.deepEqual(
    of({ deliveryPath: 'failing', spool: { lastFailure: 'ENOSPC' } }),
    [false, 'spool: ENOSPC'],
    'nor where it could not from the start',
  )
  assert.deepEqual(of({ deliveryPath: 'connecting', spool: { lastFailure: 'EIO' } }), [false, 'spool: EIO'])
  assert.deepEqual(
    of({ spool: { lastFailure: 'EIO' } }),
    [true, 'ready'],
    'the brokers take everything: the disk is not needed',
  )
  assert.deepEqual(
    of({ spool: { records: 3, lastFailure: 'full' } }),
    [true, 'degraded: spooling; spool: full'],
    'what has no room is published',
  )
})

test('topics that take nothing are named; where the spool has no more room for their hooks it goes on taking those of others', () => {
  const unavailableTopics = ['gitlab.job', 'gitlab.push']
  const named = 'degraded: not available: gitlab.job, gitlab.push'
  assert.deepEqual(of({ unavailableTopics, spools: { records: 3 } }), [true, named])
  assert.deepEqual(of({ unavailableTopics, spools: { records: 3, lastFailure: 'full' } }), [
    true,
    `${named}; spool: full`,
  ])
  assert.deepEqual(of({ unavailableTopics, spool: { records: 3 } }), [
    true,
    'degraded: spooling; not available: gitlab.job, gitlab.push',
  ])
  const failing = {
    unavailableTopics,
    deliveryPath: 'failing',
    spool: { records: 3, lastFailure: 'full' },
  } as const
  assert.deepEqual(of(failing), [false, 'spool: full'])
})

test('an acknowledgement nobody can read is not believed for ever', () => {
  assert.deepEqual(of({ lastReadBack: now - 50_000 }), [true, 'ready'])
  assert.deepEqual(of({ lastReadBack: now - 50_001 }), [true, 'degraded: what is published is not read back'])
  assert.deepEqual(of({ lastReadBack: null }), [true, 'ready'], 'not looked yet')
})
