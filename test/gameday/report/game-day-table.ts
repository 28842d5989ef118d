import type { FaultReport } from '../run-fault.ts'

/** What was measured, and how. */
export interface GameDay {
  reports: readonly FaultReport[]
  divisor: number
  /** Of the whole game day, with the start of the stack. */
  minutes: number
}

const begin = '<!-- begin: written by npm run gameday -- --write -->'
const end = '<!-- end -->'

/** The table of a game day in Markdown. */
export const gameDayTable = ({ reports, divisor, minutes }: GameDay): string => {
  const rows = reports.map(
    (report) =>
      `| ${[
        `\`${report.fault.name}\`: ${report.fault.title}`,
        ...[pagesText(report), suppressedText(report), `${report.resolvedAfter} s`],
        ...[report.recovery.map(code).join(', ') || '–', resultText(report)],
      ].join(' | ')} |`,
  )
  const right = reports.filter(({ faults }) => faults.length === 0).length
  return [
    `${right} of ${reports.length} faults ended as they should, in ${Math.round(minutes)} minutes ` +
      `with the divisor ${divisor}.`,
    '',
    '| fault | paged after | fired and paged nobody | resolved after | paged while it recovered | result |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'The commands of the runbooks that ran on the broken stack, with their exit codes:',
    '',
    ...reports
      .filter(({ commands }) => commands.length > 0)
      .map(({ fault, commands }) => `- \`${fault.name}\`: ${commands.join(', ')}`),
  ].join('\n')
}

/** Puts the table of a game day in place of the one before. @throws Error if the page has no place for it */
export const withTable = (page: string, table: string): string => {
  const [before, rest] = page.split(`${begin}\n`)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no line ${begin}`)
  return `${before}${begin}\n\n${table}\n\n${end}${after}`
}

const code = (text: string) => `\`${text}\``

const pagesText = ({ pages, recovery }: FaultReport): string =>
  pages
    .filter(({ alert }) => !recovery.includes(alert))
    .map(({ alert, severity, seconds }) => `${code(alert)} (${severity}) ${seconds} s`)
    .join(', ') || 'nothing'

const suppressedText = ({ suppressed }: FaultReport): string => suppressed.map(code).join(', ') || '–'

const resultText = ({ faults }: FaultReport): string =>
  faults.length === 0 ? 'right' : faults.map((fault) => fault.split('\n', 1)[0]).join('; ')
