import type { Measured } from '../measure.ts'
import { median } from './median.ts'
import { medianInterval } from './median-interval.ts'
import type { Promised } from './promised.ts'
import { type Figure, ratiosOf } from './ratio.ts'

interface Bound {
  what: string
  figure: Figure
  /** What the interval of the ratio must reach. */
  reaches: number
  /** Whether a ratio is good enough. */
  isGood(ratio: number): boolean
}

const bounds: readonly Bound[] = [
  { what: 'hooks/s', figure: 'hooksPerSecond', reaches: 0.97, isGood: (ratio) => ratio >= 0.97 },
  {
    what: 'CPU per thousand hooks',
    figure: 'cpuPerThousand',
    reaches: 1.03,
    isGood: (ratio) => ratio <= 1.03,
  },
]

/** Compares our ingress with that of `--baseline`, under each load under which both were measured. */
export const baselinePromises = (measured: readonly Measured[]): Promised[] => {
  const loads = [...new Set(measured.map(({ load }) => load))]
  return loads.flatMap((load) => bounds.flatMap((bound) => compareWithBaseline(measured, load, bound)))
}

const compareWithBaseline = (
  measured: readonly Measured[],
  load: string,
  { what, figure, reaches, isGood }: Bound,
): Promised[] => {
  const ratios = ratiosOf(measured, load, 'ours', 'baseline', figure)
  if (ratios.length === 0) return []
  const { low, high } = medianInterval(ratios)
  return [
    {
      text: `${load}: the interval of ${what} to the baseline reaches ${reaches}`,
      seen: `${median(ratios).toFixed(3)} (interval ${low.toFixed(3)}–${high.toFixed(3)})`,
      isKept: isGood(low) || isGood(high),
    },
  ]
}
