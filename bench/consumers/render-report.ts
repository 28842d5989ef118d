import { median } from '../report/median.ts'
import { promisesOf } from '../report/render-report.ts'
import { type Compared, judgeBacklog, judgeRatio, ratesOf } from './promises.ts'
import type { Standing } from './subject.ts'

export interface WorkersReport {
  rounds: readonly Compared[]
  /** Where the worker stood after each tenth of a backlog. */
  backlog: readonly Standing[]
  startedAt: Date
}

/** The run as Markdown. */
export const renderWorkersReport = ({ rounds, backlog, startedAt }: WorkersReport): string => {
  const names = [...new Set(rounds.map(({ name }) => name))]
  const promises = [...names.map((name) => judgeRatio(name, rounds)), ...judgeBacklog(backlog)]
  return [
    `${startedAt.toISOString().slice(0, 16)}Z, Node ${process.version}; the same machine.`,
    '',
    '| worker | bare loop, records/s | worker, records/s | its peak RSS, MiB |',
    '| --- | ---: | ---: | ---: |',
    ...names.map((name) => rowOf(rounds.filter((round) => round.name === name))),
    '',
    ...promisesOf({ promises }),
    '',
    ...backlogOf(backlog),
  ].join('\n')
}

const rowOf = (rounds: readonly Compared[]): string => {
  const middle = (figure: Exclude<keyof Compared, 'name'>) =>
    thousands(median(rounds.map((round) => round[figure])))
  return `| ${rounds[0]?.name} | ${middle('bare')} | ${middle('worker')} | ${middle('workerPeakMiB')} |`
}

const backlogOf = (backlog: readonly Standing[]): string[] => {
  const seconds = backlog.at(-1)?.seconds.toFixed(0)
  return [
    `A backlog of ${thousands(backlog.at(-1)?.count ?? 0)} records, worked off by \`noop\` in ${seconds} s. Records/s in each tenth of it: ` +
      `${ratesOf(backlog).map(thousands).join(', ')}.`,
    `RSS after each: ${backlog.map(({ rssMiB }) => rssMiB.toFixed(0)).join(', ')} MiB.`,
  ]
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en')
