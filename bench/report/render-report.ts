import type { Measured, Memory } from '../measure.ts'
import type { Plan } from '../plan.ts'
import type { Receiver } from '../receiver.ts'
import { formatCount, formatPercent } from './format.ts'
import { median } from './median.ts'
import type { Promised } from './promised.ts'
import { type Figure, ratioOf } from './ratio.ts'

export interface Report {
  measured: readonly Measured[]
  memory: Memory | undefined
  receivers: readonly Receiver[]
  /** The names of the loads, in the order of the table. */
  loads: readonly string[]
  promises: readonly Promised[]
  /** What could not be measured, and why. */
  missing: readonly string[]
  plan: Plan
  machine: {
    startedAt: Date
    minutes: number
    processors: number
    model: string
    node: string
    /** Load average before and after. */
    load: readonly [number, number]
  }
}

/** Renders a run as Markdown: how quiet the machine was, the table, our promises and the memory. */
export const renderReport = (report: Report): string =>
  [...headOf(report), '', ...tableOf(report), '', ...promisesOf(report), '', ...memoryOf(report)].join('\n')

const headOf = ({ machine, plan, measured, missing }: Report): string[] => {
  const others = measured.map(({ othersShare }) => othersShare)
  const failed = measured.filter((each) => each.failed > 0)
  return [
    `${machine.startedAt.toISOString().slice(0, 16)}Z, ` +
      `${machine.processors} × ${machine.model}, Node ${machine.node}; ` +
      `rounds: ${plan.rounds}, each of two turns, ${plan.seconds} s for each measurement, ` +
      `${machine.minutes.toFixed(1)} minutes in all.`,
    `Load average ${machine.load[0].toFixed(1)} before and ${machine.load[1].toFixed(1)} after; ` +
      `processes outside the benchmark used ${formatPercent(median(others))} of the CPU (median), ` +
      `${formatPercent(Math.max(...others))} at most.`,
    ...failed.map(
      (each) =>
        `In turn ${each.turn} under ${each.load}, ` +
        `${each.receiver} did not answer ${each.failed} hooks as expected.`,
    ),
    ...missing,
  ]
}

const columns = [
  'load',
  'receiver',
  'hooks/s',
  '×',
  'p50 ms',
  'p99 ms',
  '×',
  'p99.9 ms',
  'CPU s per 1000',
  '×',
  'RSS MiB',
]

const tableOf = (report: Report): string[] => [
  `| ${columns.join(' | ')} |`,
  `| --- | --- |${' ---: |'.repeat(columns.length - 2)}`,
  ...report.loads.flatMap((load) => report.receivers.flatMap((receiver) => rowOf(report, load, receiver))),
]

const rowOf = ({ measured }: Report, load: string, { name, title }: Receiver): string[] => {
  const rows = measured.filter((each) => each.receiver === name && each.load === load)
  if (rows.length === 0) return []
  const middle = (figure: keyof Measured) => median(rows.map((row) => Number(row[figure])))
  const ratio = (figure: Figure) => ratioOf(measured, load, name, 'express', figure)?.median.toFixed(2) ?? ''
  const cells = [
    ...[load, title, formatCount(middle('hooksPerSecond')), ratio('hooksPerSecond')],
    ...[middle('p50').toFixed(1), middle('p99').toFixed(1), ratio('p99'), middle('p999').toFixed(1)],
    ...[middle('cpuPerThousand').toFixed(3), ratio('cpuPerThousand'), middle('rssMiB').toFixed(0)],
  ]
  return [`| ${cells.join(' | ')} |`]
}

export const promisesOf = ({ promises }: Pick<Report, 'promises'>): string[] => [
  '| promise | measured: median (lowest–highest) | kept |',
  '| --- | --- | --- |',
  ...promises.map(({ text, seen, isKept }) => `| ${text} | ${seen} | ${isKept ? 'yes' : '**no**'} |`),
]

const memoryOf = ({ memory }: Report): string[] => {
  if (memory === undefined) return []
  const { hooks, idleMiB, afterEachTenth } = memory
  const samples = afterEachTenth.map((mib) => mib.toFixed(0)).join(', ')
  return [
    `RSS of a fresh bridge ingress: ${idleMiB.toFixed(0)} MiB before the first hook, ` +
      `then ${samples} MiB after each tenth of ${formatCount(hooks)} hooks.`,
  ]
}
