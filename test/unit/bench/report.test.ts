import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Measured } from '../../../bench/measure.ts'
import { nameOf } from '../../../bench/plan.ts'
import type { ReceiverName } from '../../../bench/receiver.ts'
import { medianInterval } from '../../../bench/report/median-interval.ts'
import { promisesOf } from '../../../bench/report/promises.ts'
import { ratioOf } from '../../../bench/report/ratio.ts'

const load = nameOf({ kind: 'closed', connections: 32 })

const measured = (receiver: ReceiverName, turn: number, hooksPerSecond: number): Measured => ({
  receiver,
  load,
  turn,
  hooksPerSecond,
  p50: 1,
  p99: 10,
  p999: 20,
  cpuPerThousand: 0.1,
  rssMiB: 100,
  failed: 0,
  othersShare: 0,
})

test('receivers are compared within a turn, so that a slow minute of the machine affects both', () => {
  const rows = [
    measured('ours', 1, 9000),
    measured('express', 1, 3000),
    measured('ours', 2, 900),
    measured('express', 2, 300),
  ]
  assert.deepEqual(ratioOf(rows, load, 'ours', 'express', 'hooksPerSecond'), {
    median: 3,
    lowest: 3,
    highest: 3,
  })
})

test('figures that were not measured make no promise', () => {
  assert.deepEqual(promisesOf({ measured: [measured('ours', 1, 9000)] }), [])
  assert.equal(ratioOf([measured('ours', 1, 9000)], load, 'ours', 'express', 'p99'), undefined)
})

test('the median of the turns decides whether a promise is kept', () => {
  const rows = [1, 2, 3].flatMap((round) => [
    measured('ours', round, round === 1 ? 1000 : 2100),
    measured('express', round, 1000),
  ])
  const kept = promisesOf({ measured: rows }).map(({ isKept, seen }) => [isKept, seen])
  assert.deepEqual(kept, [
    [true, '2.10 (1.00–2.10)'],
    [false, '1.00 (1.00–1.00)'],
    [false, '1.00 (1.00–1.00)'],
  ])
})

test('memory does not grow where its end is no higher than its middle', () => {
  const memory = (afterEachTenth: number[]) =>
    promisesOf({ measured: [], memory: { idleMiB: 110, hooks: 200_000, afterEachTenth } }).map(
      ({ isKept }) => isKept,
    )
  assert.deepEqual(memory([120, 130, 130, 131, 130, 131, 132, 131, 130, 131]), [true, true])
  assert.deepEqual(memory([110, 114, 118, 122, 126, 130, 134, 138, 142, 146]), [true, false])
  assert.deepEqual(memory([150, 160, 160, 160, 160, 160, 160, 160, 160, 160]), [false, true])
})

test('the spool must be drained at 1.5 times the rate at which hooks arrive', () => {
  const drain = (drained: number) =>
    promisesOf({ measured: [], drained: { backlog: 60_000, arriving: 3000, drained } })
  assert.deepEqual(
    drain(4500).map(({ isKept, seen }) => [isKept, seen]),
    [[true, '1.50: 4,500 hooks/s of a backlog of 60,000 while 3,000 hooks/s arrive']],
  )
  assert.deepEqual(
    drain(4400).map(({ isKept }) => isKept),
    [false],
  )
})

test('the baseline is compared by an interval, which must reach the bound', () => {
  const turns = Array.from({ length: 18 }, (_, turn) => turn)
  const against = (ratio: number) =>
    promisesOf({
      measured: turns.flatMap((turn) => [
        measured('ours', turn, 1000 * (ratio + (turn % 3) / 100)),
        measured('baseline', turn, 1000),
      ]),
    }).map(({ isKept, seen }) => [isKept, seen])
  assert.deepEqual(against(0.96), [
    [true, '0.970 (interval 0.960–0.980)'],
    [true, '1.000 (interval 1.000–1.000)'],
  ])
  assert.deepEqual(against(0.9)[0], [false, '0.910 (interval 0.900–0.920)'])
})

test('the interval of the median cuts off as many values as 95 % allow', () => {
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  assert.deepEqual(medianInterval(upTo(3)), { low: 1, high: 3 })
  // The bounds of the sign test.
  assert.deepEqual(medianInterval(upTo(6)), { low: 1, high: 6 })
  assert.deepEqual(medianInterval(upTo(9)), { low: 2, high: 8 })
  assert.deepEqual(medianInterval(upTo(18)), { low: 5, high: 14 })
})
