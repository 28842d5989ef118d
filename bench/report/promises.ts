import type { Drained } from '../drain.ts'
import type { Measured, Memory } from '../measure.ts'
import { nameOf } from '../plan.ts'
import type { ReceiverName } from '../receivers.ts'
import { median } from './median.ts'
import { type Figure, type Ratio, ratioOf } from './ratio.ts'

/** Something we say of our speed, and what was seen. */
export interface Promised {
  text: string
  seen: string
  isKept: boolean
}

interface Rule {
  what: string
  receiver: ReceiverName
  to: ReceiverName
  figure: Figure
  atLeast?: number
  atMost?: number
}

const rules: readonly Rule[] = [
  {
    what: "hooks/s of the Express receiver's",
    receiver: 'ours',
    to: 'express',
    figure: 'hooksPerSecond',
    atLeast: 2,
  },
  {
    what: 'of its CPU per thousand hooks',
    receiver: 'ours',
    to: 'express',
    figure: 'cpuPerThousand',
    atMost: 0.5,
  },
  { what: 'of its p99', receiver: 'ours', to: 'express', figure: 'p99', atMost: 0.5 },
  {
    what: 'hooks/s of our stages behind bare `node:http`',
    receiver: 'ours',
    to: 'stages',
    figure: 'hooksPerSecond',
    atLeast: 0.85,
  },
  {
    what: 'hooks/s by the spool of those by Kafka',
    receiver: 'spool',
    to: 'ours',
    figure: 'hooksPerSecond',
    atLeast: 0.7,
  },
]

const mostMiB = 150
/** From the middle of the hooks to their end: more is growth, less is the collector's rhythm. */
const mostGrowth = 0.05

/** A backlog goes, whatever arrives meanwhile. */
const leastDrained = 1.5

export interface Seen {
  measured: readonly Measured[]
  memory?: Memory | undefined
  drained?: Drained | undefined
}

/** Of 32 and 64 connections, of memory and of the drain, as far as they were measured. */
export const promisesOf = ({ measured, memory, drained }: Seen): Promised[] => [
  ...[32, 64].flatMap((connections) => rules.flatMap((rule) => judge(rule, connections, measured))),
  ...(memory === undefined ? [] : judgeMemory(memory)),
  ...(drained === undefined ? [] : [judgeDrain(drained)]),
]

const judge = (
  { what, receiver, to, figure, atLeast, atMost }: Rule,
  connections: number,
  measured: readonly Measured[],
): Promised[] => {
  const ratio = ratioOf(measured, nameOf({ kind: 'closed', connections }), receiver, to, figure)
  if (ratio === undefined) return []
  const bound = atLeast === undefined ? `≤ ${atMost} ×` : `≥ ${atLeast} ×`
  const isKept = ratio.median >= (atLeast ?? 0) && ratio.median <= (atMost ?? Number.POSITIVE_INFINITY)
  return [{ text: `${connections} connections: ${bound} ${what}`, seen: textOf(ratio), isKept }]
}

const textOf = ({ median: middle, lowest, highest }: Ratio): string =>
  `${digits(middle)} (${digits(lowest)}–${digits(highest)})`

const digits = (value: number): string => value.toFixed(2)

const judgeMemory = ({ hooks, afterEachTenth }: Memory): Promised[] => {
  const half = afterEachTenth.slice(Math.floor(afterEachTenth.length / 2))
  const last = afterEachTenth.at(-1) ?? Number.NaN
  const start = median(half.slice(0, 2))
  const end = median(half.slice(-2))
  const count = hooks.toLocaleString('en')
  return [
    {
      text: `RSS under ${mostMiB} MiB after ${count} hooks`,
      seen: `${last.toFixed(0)} MiB`,
      isKept: Math.max(...afterEachTenth) < mostMiB,
    },
    {
      text: 'RSS flat over the second half of them',
      seen: `${start.toFixed(0)} → ${end.toFixed(0)} MiB`,
      isKept: end <= start * (1 + mostGrowth),
    },
  ]
}

const judgeDrain = ({ backlog, arriving, drained }: Drained): Promised => ({
  text: `≥ ${leastDrained} × the rate at which hooks arrive is drained from the spool`,
  seen: `${digits(drained / arriving)}: ${rounded(drained)} /s of ${rounded(backlog)} while ${rounded(arriving)} /s arrive`,
  isKept: drained >= leastDrained * arriving,
})

const rounded = (value: number): string => Math.round(value).toLocaleString('en')
