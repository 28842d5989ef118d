import type { Measured } from '../measure.ts'
import type { ReceiverName } from '../receivers.ts'
import { median } from './median.ts'

export type Figure = 'hooksPerSecond' | 'p99' | 'cpuPerThousand'

/** How one receiver compares with another: taken within each round, where both had the same machine, then the median of the rounds. */
export interface Ratio {
  median: number
  lowest: number
  highest: number
}

export const ratioOf = (
  measured: readonly Measured[],
  load: string,
  receiver: ReceiverName,
  to: ReceiverName,
  figure: Figure,
): Ratio | undefined => {
  const of = (name: ReceiverName, round: number) =>
    measured.find((each) => each.receiver === name && each.load === load && each.round === round)?.[figure]
  const rounds = [...new Set(measured.map(({ round }) => round))]
  const ratios = rounds.map((round) => (of(receiver, round) ?? Number.NaN) / (of(to, round) ?? Number.NaN)).filter(Number.isFinite)
  return ratios.length === 0 ? undefined : { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}
