import type { Measured } from '../measure.ts'
import type { ReceiverName } from '../receivers.ts'
import { median } from './median.ts'

export type Figure = 'hooksPerSecond' | 'p99' | 'cpuPerThousand'

/** How one receiver compares with another: taken within each turn, where both had the same machine, then the median of the turns. */
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
  const of = (name: ReceiverName, turn: number) =>
    measured.find((each) => each.receiver === name && each.load === load && each.turn === turn)?.[figure]
  const turns = [...new Set(measured.map(({ turn }) => turn))]
  const ratios = turns
    .map((turn) => (of(receiver, turn) ?? Number.NaN) / (of(to, turn) ?? Number.NaN))
    .filter(Number.isFinite)
  return ratios.length === 0
    ? undefined
    : { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}
