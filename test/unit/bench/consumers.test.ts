import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeBacklog, judgeRatio, ratesOf } from '../../../bench/consumers/promises.ts'
import type { Standing } from '../../../bench/consumers/subject.ts'

/** Where a worker stands after each tenth of 1,000 records, handled at these rates. */
const standings = (
  rates: readonly number[],
  more: { rss?: readonly number[]; peak?: number; halfWay?: number } = {},
): Standing[] => {
  let seconds = 0
  return rates.map((rate, index) => {
    seconds += 100 / rate
    const rssMiB = more.rss?.[index] ?? 150
    return {
      count: (index + 1) * 100,
      seconds,
      rssMiB,
      peakRssMiB: more.peak ?? 151,
      furthestBehind: more.halfWay ?? 0.4,
    }
  })
}
const steady = Array.from({ length: 10 }, () => 50)
const kept = (backlog: readonly Standing[]) => judgeBacklog(backlog).map(({ isKept }) => isKept)

test('rates are those within each tenth, not since the start', () => {
  assert.deepEqual(ratesOf(standings([10, 50, 25])).map(Math.round), [10, 50, 25])
})

test('a slow first tenth is the compiler’s; a rate that falls, or breaks off in one tenth, breaks the promise', () => {
  assert.deepEqual(kept(standings([10, ...steady.slice(1)])), [true, true, true, true, true])
  assert.deepEqual(kept(standings([50, 50, 49, 47, 45, 42, 41, 40, 39, 38])), [false, true, true, true, true])
  assert.deepEqual(kept(standings([50, 50, 50, 50, 50, 50, 20, 50, 50, 50])), [true, false, true, true, true])
})

test('memory that grows over the second half breaks the promise, and so does a peak in between', () => {
  const growing = [140, 142, 144, 146, 148, 150, 155, 160, 165, 170]
  assert.deepEqual(kept(standings(steady, { rss: growing })), [true, true, false, true, true])
  assert.deepEqual(kept(standings(steady, { peak: 181 })), [true, true, true, false, true])
})

test('a project of which nothing was handled at half-time breaks the promise', () => {
  assert.deepEqual(kept(standings(steady, { halfWay: 0 })), [true, true, true, true, false])
})

test('worker and bare loop are compared within a round', () => {
  const round = { name: 'noop', workerPeakMiB: 140 } as const
  const rounds = [
    { ...round, bare: 100, worker: 90 },
    { ...round, bare: 10, worker: 7 },
    { ...round, bare: 100, worker: 50 },
  ]
  assert.deepEqual(judgeRatio('noop', rounds).seen, '0.70 (0.50–0.90)')
  assert.equal(judgeRatio('noop', rounds).isKept, true)
  assert.equal(judgeRatio('noop', rounds.slice(2)).isKept, false)
})
