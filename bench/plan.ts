/** One kind of load. */
export type Case =
  /** So many connections, each sending its next hook as soon as the last is answered. */
  | { kind: 'closed'; connections: number }
  /** So many hooks a second, whatever the receiver does. */
  | { kind: 'open'; rate: number }

/** How long a run measures, and what. */
export interface Plan {
  rounds: number
  /** Of one measurement. */
  seconds: number
  /** Before the first measurement of a receiver in each round: hooks enough for its code to be compiled, or as many as fit in the time. */
  warmUp: Limit
  connections: readonly number[]
  /** Hooks a second of the open loop. */
  rate: number
  /** How many hooks the memory is watched for, and for how long at most. */
  memory: Limit
  /** How many hooks wait in the spool before it is emptied under load, and for how long that is watched. */
  drain: Limit
}

interface Limit {
  hooks: number
  limitSeconds: number
}

const connections = [16, 32, 64, 128]

export const plans: Readonly<Record<'full' | 'quick', Plan>> = {
  full: {
    ...{ rounds: 4, seconds: 2, connections, rate: 3000 },
    warmUp: { hooks: 20_000, limitSeconds: 5 },
    memory: { hooks: 200_000, limitSeconds: 90 },
    drain: { hooks: 60_000, limitSeconds: 15 },
  },
  /** Shows that the benchmark works; its figures say nothing. */
  quick: {
    ...{ rounds: 1, seconds: 1, connections: [16], rate: 200 },
    warmUp: { hooks: 500, limitSeconds: 1 },
    memory: { hooks: 2000, limitSeconds: 5 },
    drain: { hooks: 2000, limitSeconds: 5 },
  },
}

export const nameOf = (load: Case): string =>
  load.kind === 'closed'
    ? `${load.connections} connections`
    : `${load.rate.toLocaleString('en')}/s, open loop`
