import { formatCount } from './report/format.ts'

/** One kind of load. */
export type Case =
  /** Each connection sends its next hook as soon as the previous one is answered. */
  | { kind: 'closed'; connections: number }
  /** Hooks per second, independent of how fast the receiver answers. */
  | { kind: 'open'; rate: number }

/** What a run measures, and for how long. */
export interface Plan {
  rounds: number
  /** The length of one measurement. */
  seconds: number
  /**
   * Hooks that each receiver gets before its first measurement of a round, so that its code is compiled.
   * The time ends the warm-up even where fewer hooks were sent.
   */
  warmUp: Limit
  connections: readonly number[]
  /** Hooks per second of the open loop. */
  rate: number
  /** For how many hooks memory is watched, and for how long at most. */
  memory: Limit
  /** How many hooks wait in the spool before it is drained, and for how long the drain is watched at most. */
  drain: Limit
}

interface Limit {
  hooks: number
  limitSeconds: number
}

export const plans: Readonly<Record<'full' | 'quick', Plan>> = {
  full: {
    rounds: 4,
    seconds: 2,
    connections: [16, 32, 64, 128],
    rate: 3000,
    warmUp: { hooks: 20_000, limitSeconds: 5 },
    memory: { hooks: 200_000, limitSeconds: 90 },
    drain: { hooks: 60_000, limitSeconds: 15 },
  },
  /** Shows that the benchmark works. Its figures mean nothing. */
  quick: {
    rounds: 1,
    seconds: 1,
    connections: [16],
    rate: 200,
    warmUp: { hooks: 500, limitSeconds: 1 },
    memory: { hooks: 2000, limitSeconds: 5 },
    drain: { hooks: 2000, limitSeconds: 5 },
  },
}

export const nameOf = (load: Case): string =>
  load.kind === 'closed' ? `${load.connections} connections` : `${formatCount(load.rate)}/s, open loop`
