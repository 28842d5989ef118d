import type { Measured } from '../measure.ts'
import type { ReceiverName } from '../receiver.ts'
import { median } from './median.ts'

export type Figure = 'hooksPerSecond' | 'p99' | 'cpuPerThousand'

/**
 * How one receiver compares with another.
 * The ratio is taken within each turn, where both had the same machine.
 * These are the median and the extremes over all turns.
 */
export interface Ratio {
  median: number
  lowest: number
  highest: number
}

/** undefined where the two receivers were never measured in the same turn under this load. */
export const ratioOf = (
  measured: readonly Measured[],
  load: string,
  receiver: ReceiverName,
  to: ReceiverName,
  figure: Figure,
): Ratio | undefined => {
  const ratios = ratiosOf(measured, load, receiver, to, figure)
  if (ratios.length === 0) return undefined
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

/** One ratio for each turn in which both receivers were measured. */
export const ratiosOf = (
  measured: readonly Measured[],
  load: string,
  receiver: ReceiverName,
  to: ReceiverName,
  figure: Figure,
): number[] => {
  const figureOf = (name: ReceiverName, turn: number) =>
    measured.find((each) => each.receiver === name && each.load === load && each.turn === turn)?.[figure]
  const turns = [...new Set(measured.map(({ turn }) => turn))]
  return turns
    .map((turn) => (figureOf(receiver, turn) ?? Number.NaN) / (figureOf(to, turn) ?? Number.NaN))
    .filter(Number.isFinite)
}
