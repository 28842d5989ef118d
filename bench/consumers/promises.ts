import { median } from '../report/median.ts'
import type { Promised } from '../report/promises.ts'
import type { BenchConsumerName, Standing } from './subject.ts'

/** What one round saw of a worker beside the bare loop, records/s. */
export interface Compared {
  name: BenchConsumerName
  bare: number
  worker: number
  workerPeakMiB: number
}

const leastOfBare = 0.6
const mostMiB = 180
/** Of the first tenths that count: less is a rate that falls, more is the machine's noise. */
const leastOfStart = 0.85
/** Of the middle tenth's rate. */
const leastOfMiddle = 0.6
/** From the middle of the records to their end: more is growth, less is the collector's rhythm. */
const mostGrowth = 0.05
/** When half of all is done, of the records of each project: partitions take equal turns, and one that holds twice as much is half as far. */
const leastProgress = 0.2

export const judgeRatio = (name: BenchConsumerName, rounds: readonly Compared[]): Promised => {
  const ratios = rounds.filter((round) => round.name === name).map(({ bare, worker }) => worker / bare)
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`
  return {
    text: `${name}: ≥ ${leastOfBare} × records/s of a bare loop`,
    seen: `${median(ratios).toFixed(2)} (${range})`,
    isKept: median(ratios) >= leastOfBare,
  }
}

/** Records/s within each tenth. */
export const ratesOf = (standings: readonly Standing[]): number[] =>
  standings.map(({ count, seconds }, index) => {
    const before = standings[index - 1]
    return (count - (before?.count ?? 0)) / (seconds - (before?.seconds ?? 0))
  })

/** The first tenth does not count: code is compiled in it. */
export const judgeBacklog = (standings: readonly Standing[]): Promised[] => {
  const rates = ratesOf(standings).slice(1)
  const [early, late] = [median(rates.slice(0, 4)), median(rates.slice(-5))]
  const [slowest, middle] = [Math.min(...rates), median(rates)]
  const rss = standings.map(({ rssMiB }) => rssMiB)
  const [rssMiddle, rssEnd] = [median(rss.slice(3, 6)), median(rss.slice(-3))]
  const peak = standings.at(-1)?.peakRssMiB ?? Number.NaN
  const progress = standings[4]?.furthestBehind ?? Number.NaN
  return [
    {
      text: `rate of the last five tenths ≥ ${leastOfStart} × that of the second to fifth`,
      seen: `${thousands(early)} → ${thousands(late)}/s, ${(late / early).toFixed(2)}`,
      isKept: late >= leastOfStart * early,
    },
    {
      text: `slowest tenth ≥ ${leastOfMiddle} × the middle one`,
      seen: `${thousands(slowest)} of ${thousands(middle)}/s, ${(slowest / middle).toFixed(2)}`,
      isKept: slowest >= leastOfMiddle * middle,
    },
    {
      text: 'RSS flat over the second half',
      seen: `${rssMiddle.toFixed(0)} → ${rssEnd.toFixed(0)} MiB`,
      isKept: rssEnd <= rssMiddle * (1 + mostGrowth),
    },
    { text: `RSS never over ${mostMiB} MiB`, seen: `${peak.toFixed(0)} MiB`, isKept: peak < mostMiB },
    {
      text: `no partition starves: at half-time every project has ≥ ${leastProgress * 100} % of its records handled`,
      seen: `${(progress * 100).toFixed(0)} %`,
      isKept: progress >= leastProgress,
    },
  ]
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en')
