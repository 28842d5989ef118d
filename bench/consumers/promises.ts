import { formatCount, formatPercent, formatRatio } from '../report/format.ts'
import { median } from '../report/median.ts'
import type { Promised } from '../report/promised.ts'
import type { BenchConsumerName, Progress } from './subject.ts'

/** Records per second of a worker and of the bare loop in one round. */
export interface Compared {
  name: BenchConsumerName
  bare: number
  worker: number
  workerPeakMiB: number
}

const minOfBare = 0.6
const maxMiB = 180
/** The last tenths may be this much slower than the first ones. A smaller ratio means that the rate falls. */
const minOfStart = 0.85
/** The slowest tenth may be this much slower than the median tenth. */
const minOfMedian = 0.6
/**
 * Memory may differ this much between the middle and the
 * end of the run, because the collector runs in between.
 */
const maxGrowth = 0.05
/**
 * The share of its records that each project must have had handled when half of all records are handled.
 * Partitions take equal turns, so a partition with twice as many records is only half as far.
 */
const minProgress = 0.2

export const judgeRatio = (name: BenchConsumerName, rounds: readonly Compared[]): Promised => {
  const ratios = rounds.filter((round) => round.name === name).map(({ bare, worker }) => worker / bare)
  const range = `${formatRatio(Math.min(...ratios))}–${formatRatio(Math.max(...ratios))}`
  return {
    text: `${name}: ≥ ${minOfBare} × the records/s of a bare loop`,
    seen: `${formatRatio(median(ratios))} (${range})`,
    isKept: median(ratios) >= minOfBare,
  }
}

/** Records per second within each tenth. */
export const ratesOf = (progress: readonly Progress[]): number[] =>
  progress.map(({ count, seconds }, index) => {
    const before = progress[index - 1]
    return (count - (before?.count ?? 0)) / (seconds - (before?.seconds ?? 0))
  })

/** The first tenth is not judged, because the code is compiled while it runs. */
export const judgeBacklog = (progress: readonly Progress[]): Promised[] => {
  const rates = ratesOf(progress).slice(1)
  const [early, late] = [median(rates.slice(0, 4)), median(rates.slice(-5))]
  const [slowest, middle] = [Math.min(...rates), median(rates)]
  const rss = progress.map(({ rssMiB }) => rssMiB)
  const [rssMiddle, rssEnd] = [median(rss.slice(3, 6)), median(rss.slice(-3))]
  const peak = progress.at(-1)?.peakRssMiB ?? Number.NaN
  const halfWay = progress[4]?.furthestBehind ?? Number.NaN
  return [
    {
      text: `rate of the last five tenths ≥ ${minOfStart} × that of the second to fifth`,
      seen: `${formatCount(early)} → ${formatCount(late)}/s, ${formatRatio(late / early)}`,
      isKept: late >= minOfStart * early,
    },
    {
      text: `rate of the slowest tenth ≥ ${minOfMedian} × the median tenth`,
      seen: `${formatCount(slowest)} and ${formatCount(middle)}/s, ${formatRatio(slowest / middle)}`,
      isKept: slowest >= minOfMedian * middle,
    },
    {
      text: 'RSS does not grow over the second half',
      seen: `${rssMiddle.toFixed(0)} → ${rssEnd.toFixed(0)} MiB`,
      isKept: rssEnd <= rssMiddle * (1 + maxGrowth),
    },
    { text: `RSS always under ${maxMiB} MiB`, seen: `${peak.toFixed(0)} MiB`, isKept: peak < maxMiB },
    {
      text:
        'no partition starves: when half of all records are handled, ' +
        `every project has ≥ ${minProgress * 100} % of its own handled`,
      seen: formatPercent(halfWay),
      isKept: halfWay >= minProgress,
    },
  ]
}
