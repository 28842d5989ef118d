import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type IngressState, readinessOf } from '../../../../ingress/parts/readiness.ts'

const now = 1_780_000_000_000
const empty: IngressState['spool'] = {
  records: 0,
  moving: 0,
  bytes: 0,
  passedBytes: 0,
  oldestReceivedAt: null,
  setAside: 0,
  lastFailure: null,
}
const well: IngressState = {
  isDraining: false,
  deliveryPath: 'open',
  connectProblem: undefined,
  refusedRights: undefined,
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

test('it is not ready while it drains; with other problems it is degraded', () => {
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

test('it names what keeps it from connecting, also while it spools, and is ready all the same', () => {
  const connectProblem = 'the cluster has none of our topics: run `bridge setup` first'
  const changes = { deliveryPath: 'connecting', connectProblem } as const
  assert.deepEqual(of(changes), [true, `degraded: cannot connect: ${connectProblem}`])
  assert.deepEqual(of({ ...changes, spool: { records: 3 } }), of(changes))
  assert.deepEqual(of({ ...changes, spool: { lastFailure: 'full' } }), [false, 'spool: full'])
})

test('it names the rights that it lacks before the problem that they cause, and is ready', () => {
  const refusedRights = 'Kafka refuses the user User:bridge: Write on the topic gitlab.push'
  assert.deepEqual(of({ refusedRights }), [true, `degraded: ${refusedRights}`])
  assert.deepEqual(of({ refusedRights, unavailableTopics: ['gitlab.push'] }), [
    true,
    `degraded: ${refusedRights}; not available: gitlab.push`,
  ])
  assert.deepEqual(of({ refusedRights, deliveryPath: 'failing', spool: { lastFailure: 'full' } }), [
    false,
    'spool: full',
  ])
})

test('it is not ready if it must spool hooks and cannot', () => {
  assert.deepEqual(of({ deliveryPath: 'failing', spool: { records: 3, lastFailure: 'full' } }), [
    false,
    'spool: full',
  ])
  assert.deepEqual(
    of({ deliveryPath: 'failing', spool: { lastFailure: 'ENOSPC' } }),
    [false, 'spool: ENOSPC'],
    'also if the first hook cannot be spooled',
  )
  assert.deepEqual(of({ deliveryPath: 'connecting', spool: { lastFailure: 'EIO' } }), [false, 'spool: EIO'])
  assert.deepEqual(
    of({ deliveryPath: 'failing', spool: { records: 1, lastFailure: 'the disk does not answer' } }),
    [false, 'spool: the disk does not answer'],
  )
  assert.deepEqual(
    of({ spool: { lastFailure: 'EIO' } }),
    [true, 'ready'],
    'the brokers accept everything, so the disk is not needed',
  )
  assert.deepEqual(
    of({ spool: { records: 3, lastFailure: 'full' } }),
    [true, 'degraded: spooling; spool: full'],
    'hooks without room in the spool are published',
  )
})

test('unavailable topics are named; with a full spool it stays ready for the hooks of other topics', () => {
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

test('it is degraded if acknowledged records are not read back for some time', () => {
  assert.deepEqual(of({ lastReadBack: now - 50_000 }), [true, 'ready'])
  assert.deepEqual(of({ lastReadBack: now - 50_001 }), [
    true,
    'degraded: published records are not read back',
  ])
  assert.deepEqual(of({ lastReadBack: null }), [true, 'ready'], 'nothing was read back yet')
})
