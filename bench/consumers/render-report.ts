import { formatCount } from '../report/format.ts'
import { median } from '../report/median.ts'
import { promisesOf } from '../report/render-report.ts'
import { type Compared, judgeBacklog, judgeRatio, ratesOf } from './promises.ts'
import type { Progress } from './subject.ts'

export interface WorkersReport {
  rounds: readonly Compared[]
  /** The progress of the worker after each tenth of a backlog. */
  backlog: readonly Progress[]
  startedAt: Date
}

/** Renders a run as Markdown. */
export const renderWorkersReport = ({ rounds, backlog, startedAt }: WorkersReport): string => {
  const names = [...new Set(rounds.map(({ name }) => name))]
  const promises = [...names.map((name) => judgeRatio(name, rounds)), ...judgeBacklog(backlog)]
  return [
    `${startedAt.toISOString().slice(0, 16)}Z, Node ${process.version}, on the same machine.`,
    '',
    '| worker | bare loop, records/s | worker, records/s | peak RSS of the worker, MiB |',
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
    formatCount(median(rounds.map((round) => round[figure])))
  return `| ${rounds[0]?.name} | ${middle('bare')} | ${middle('worker')} | ${middle('workerPeakMiB')} |`
}

const backlogOf = (backlog: readonly Progress[]): string[] => {
  const seconds = backlog.at(-1)?.seconds.toFixed(0)
  const count = formatCount(backlog.at(-1)?.count ?? 0)
  return [
    `\`noop\` handled a backlog of ${count} records in ${seconds} s. ` +
      `Records/s in each tenth of it: ${ratesOf(backlog).map(formatCount).join(', ')}.`,
    `RSS after each tenth: ${backlog.map(({ rssMiB }) => rssMiB.toFixed(0)).join(', ')} MiB.`,
  ]
}
