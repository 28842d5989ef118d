import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holderOf, type LockRecord } from '../../../../cli/dead-letters/settle-lock.ts'

const now = 1_000_000
const step = (lock: string, name: LockRecord['step'], timestamp = now, worker = 'w') => ({
  key: `lock/${worker}`,
  value: Buffer.from(JSON.stringify({ lock, step: name, operator: 'o', host: 'h', pid: 1 })),
  timestamp,
})
const running = () => false
const holder = (...records: ReturnType<typeof step>[]) => holderOf(records, 'w', now, running)?.lock

test('the first process that has not ended has the lock', () => {
  assert.equal(holder(), undefined)
  assert.equal(holder(step('a', 'begin'), step('b', 'begin')), 'a')
  assert.equal(holder(step('a', 'begin'), step('b', 'begin'), step('a', 'end')), 'b')
  assert.equal(holder(step('b', 'begin', now, 'another worker')), undefined)
})

test('a process that renews its lock keeps it; without a renewal it expires', () => {
  const long = now - 120_000
  assert.equal(holder(step('a', 'begin', long), step('b', 'begin')), 'b')
  assert.equal(holder(step('a', 'begin', long), step('b', 'begin'), step('a', 'renew')), 'a')
})

test('a process that was killed on this machine has no lock', () => {
  const records = [step('a', 'begin'), step('b', 'begin')]
  assert.equal(holderOf(records, 'w', now, ({ lock }) => lock === 'a')?.lock, 'b')
})

test('records of the operations themselves are left out', () => {
  const other = { key: 'gitlab.push/0/1', value: Buffer.from('{"operation":"redrive"}'), timestamp: now }
  assert.equal(holderOf([other, step('a', 'begin')], 'w', now, running)?.lock, 'a')
})
