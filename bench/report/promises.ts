import type { Drained } from '../drain.ts'
import type { Measured, Memory } from '../measure.ts'
import { nameOf } from '../plan.ts'
import type { ReceiverName } from '../receiver.ts'
import { baselinePromises } from './baseline.ts'
import { formatCount, formatRatio } from './format.ts'
import { median } from './median.ts'
import type { Promised } from './promised.ts'
import { type Figure, type Ratio, ratioOf } from './ratio.ts'

interface Rule {
  /** The end of the sentence `32 connections: ≥ 2 × …`. */
  what: string
  receiver: ReceiverName
  to: ReceiverName
  figure: Figure
  atLeast?: number
  atMost?: number
}

const express = { receiver: 'ours', to: 'express' } as const

const rules: readonly Rule[] = [
  { ...express, what: 'the hooks/s of the Express receiver', figure: 'hooksPerSecond', atLeast: 2 },
  {
    ...express,
    what: 'the CPU per thousand hooks of the Express receiver',
    figure: 'cpuPerThousand',
    atMost: 0.5,
  },
  { ...express, what: 'the p99 of the Express receiver', figure: 'p99', atMost: 0.5 },
  {
    what: 'the hooks/s of our stages behind bare `node:http`',
    receiver: 'ours',
    to: 'stages',
    figure: 'hooksPerSecond',
    atLeast: 0.85,
  },
  {
    what: 'the hooks/s with Kafka, where every hook is spooled',
    receiver: 'spool',
    to: 'ours',
    figure: 'hooksPerSecond',
    atLeast: 0.7,
  },
]

const maxMiB = 150
/**
 * Memory may differ this much between the middle and the
 * end of the run, because the collector runs in between.
 */
const maxGrowth = 0.05

/** A backlog becomes smaller while hooks keep arriving. */
const minDrained = 1.5

export interface Seen {
  measured: readonly Measured[]
  memory?: Memory | undefined
  drained?: Drained | undefined
}

/**
 * The promises about 32 and 64 connections, the baseline, memory and the drain, as far as they were measured.
 */
export const promisesOf = ({ measured, memory, drained }: Seen): Promised[] => [
  ...[32, 64].flatMap((connections) => rules.flatMap((rule) => judge(rule, connections, measured))),
  ...baselinePromises(measured),
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
  `${formatRatio(middle)} (${formatRatio(lowest)}–${formatRatio(highest)})`

const judgeMemory = ({ hooks, afterEachTenth }: Memory): Promised[] => {
  const half = afterEachTenth.slice(Math.floor(afterEachTenth.length / 2))
  const last = afterEachTenth.at(-1) ?? Number.NaN
  const start = median(half.slice(0, 2))
  const end = median(half.slice(-2))
  const count = formatCount(hooks)
  return [
    {
      text: `RSS under ${maxMiB} MiB after ${count} hooks`,
      seen: `${last.toFixed(0)} MiB`,
      isKept: Math.max(...afterEachTenth) < maxMiB,
    },
    {
      text: 'RSS does not grow over the second half of them',
      seen: `${start.toFixed(0)} → ${end.toFixed(0)} MiB`,
      isKept: end <= start * (1 + maxGrowth),
    },
  ]
}

const judgeDrain = ({ backlog, arriving, drained }: Drained): Promised => ({
  text: `the spool is drained at ≥ ${minDrained} × the rate at which hooks arrive`,
  seen:
    `${formatRatio(drained / arriving)}: ${formatCount(drained)} hooks/s ` +
    `of a backlog of ${formatCount(backlog)} while ${formatCount(arriving)} hooks/s arrive`,
  isKept: drained >= minDrained * arriving,
})
