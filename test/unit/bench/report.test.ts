import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Measured } from '../../../bench/measure.ts'
import { nameOf } from '../../../bench/plan.ts'
import type { ReceiverName } from '../../../bench/receivers.ts'
import { promisesOf } from '../../../bench/report/promises.ts'
import { ratioOf } from '../../../bench/report/ratio.ts'

const load = nameOf({ kind: 'closed', connections: 32 })

const measured = (receiver: ReceiverName, turn: number, hooksPerSecond: number): Measured => ({
  ...{
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
  },
})

test('receivers are compared within a round: a slow minute of the machine hits both', () => {
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

test('what was not measured makes no promise', () => {
  assert.deepEqual(promisesOf({ measured: [measured('ours', 1, 9000)] }), [])
  assert.equal(ratioOf([measured('ours', 1, 9000)], load, 'ours', 'express', 'p99'), undefined)
})

test('a promise is kept by the median of the rounds', () => {
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

test('memory is flat where its end is no higher than its middle', () => {
  const memory = (afterEachTenth: number[]) =>
    promisesOf({ measured: [], memory: { idleMiB: 110, hooks: 200_000, afterEachTenth } }).map(
      ({ isKept }) => isKept,
    )
  assert.deepEqual(memory([120, 130, 130, 131, 130, 131, 132, 131, 130, 131]), [true, true])
  assert.deepEqual(memory([110, 114, 118, 122, 126, 130, 134, 138, 142, 146]), [true, false])
  assert.deepEqual(memory([150, 160, 160, 160, 160, 160, 160, 160, 160, 160]), [false, true])
})

test('a backlog is drained half as fast again as hooks arrive', () => {
  const drain = (drained: number) =>
    promisesOf({ measured: [], drained: { backlog: 60_000, arriving: 3000, drained } })
  assert.deepEqual(
    drain(4500).map(({ isKept, seen }) => [isKept, seen]),
    [[true, '1.50: 4,500 /s of 60,000 while 3,000 /s arrive']],
  )
  assert.deepEqual(
    drain(4400).map(({ isKept }) => isKept),
    [false],
  )
})
