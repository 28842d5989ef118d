import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeBacklog, judgeRatio, ratesOf } from '../../../bench/consumers/promises.ts'
import type { Progress } from '../../../bench/consumers/subject.ts'

/** The progress of a worker that handles 1,000 records, each tenth of them at one of these rates. */
const progress = (
  rates: readonly number[],
  more: { rss?: readonly number[]; peak?: number; halfWay?: number } = {},
): Progress[] => {
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
const kept = (backlog: readonly Progress[]) => judgeBacklog(backlog).map(({ isKept }) => isKept)

test('a rate is that of one tenth alone, not the rate since the start', () => {
  assert.deepEqual(ratesOf(progress([10, 50, 25])).map(Math.round), [10, 50, 25])
})

test('a slow first tenth is ignored; a rate that falls, or is low in one tenth, breaks the promise', () => {
  assert.deepEqual(kept(progress([10, ...steady.slice(1)])), [true, true, true, true, true])
  assert.deepEqual(kept(progress([50, 50, 49, 47, 45, 42, 41, 40, 39, 38])), [false, true, true, true, true])
  assert.deepEqual(kept(progress([50, 50, 50, 50, 50, 50, 20, 50, 50, 50])), [true, false, true, true, true])
})

test('memory that grows over the second half breaks the promise, and so does a peak in between', () => {
  const growing = [140, 142, 144, 146, 148, 150, 155, 160, 165, 170]
  assert.deepEqual(kept(progress(steady, { rss: growing })), [true, true, false, true, true])
  assert.deepEqual(kept(progress(steady, { peak: 181 })), [true, true, true, false, true])
})

test('a project without a handled record, when half of all are handled, breaks the promise', () => {
  assert.deepEqual(kept(progress(steady, { halfWay: 0 })), [true, true, true, true, false])
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
