import { notUsedText } from '../lag-meter/lag-text.ts'
import { visibleText } from '../output/visible-text.ts'
import { type ErrorRow, rowsOf, type StatusRow, type WorkerRow } from './rows.ts'

const indent = ' '.repeat(15)

/** The rows as one screen for people. @param now milliseconds since 1970 */
export const screenText = (rows: readonly StatusRow[], now: number): string => {
  const sections: [string, string[]][] = [
    ['Ingress', ingressLines(rows)],
    ['Spool', spoolLines(rows)],
    ['Canary', canaryLines(rows)],
    ['Processes', processLines(rows)],
    ['Workers', rowsOf(rows, 'worker').map(workerLine)],
    ['Dead letters', deadLetterLines(rows, now)],
    ['Outboxes', outboxLines(rows)],
    ['Last errors', rowsOf(rows, 'error').map(errorLine)],
    ['Look at next', nextLines(rows)],
  ]
  const shown = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title.padEnd(indent.length)}${lines.join(`\n${indent}`)}`)
  return [new Date(now).toISOString(), ...shown].join('\n')
}

/** Destinations and hooks decide what an error says. */
const errorLine = ({ of, says, at }: ErrorRow): string =>
  `${at === null ? '' : `${at} `}${of}: ${visibleText(says.replaceAll(/\s+/g, ' '))}`

const isKnown = (rows: readonly StatusRow[], of: string) =>
  !rowsOf(rows, 'not_known').some((row) => row.of === of)

const notKnownLine = (rows: readonly StatusRow[], of: string): string[] =>
  rowsOf(rows, 'not_known')
    .filter((row) => row.of === of)
    .map(({ because }) => `not known: ${because}`)

/** The name of a process is shown only where there are several of its kind. */
const nameIn = (rows: readonly { process: string }[], process: string) =>
  rows.length > 1 ? `${process}: ` : ''

const ingressLines = (rows: readonly StatusRow[]): string[] => {
  const ingresses = rowsOf(rows, 'ingress')
  const lines = ingresses.map(({ process, hooks_per_second, answers }) => {
    const rate = hooks_per_second === null ? 'rate not known yet' : `${hooks_per_second.toFixed(1)} hooks/s`
    const counts = Object.entries(answers).map(([outcome, count]) => `${count} ${outcome}`)
    const total = counts.length === 0 ? 'no hook' : counts.join(', ')
    return `${nameIn(ingresses, process)}${rate}; since its start: ${total}`
  })
  return [...lines, ...notKnownLine(rows, 'processes')]
}

const spoolLines = (rows: readonly StatusRow[]): string[] => {
  const spools = rowsOf(rows, 'spool')
  return spools.map(({ process, records, oldest_age_seconds, used, set_aside, unavailable_topics }) => {
    const share = used === null ? '' : `, ${(used * 100).toFixed(0)} % of its limit`
    const waiting =
      records === 0 ? 'empty' : `${records} hooks wait, the oldest for ${ageText(oldest_age_seconds)}${share}`
    const aside = set_aside === 0 ? '' : `; ${set_aside} set aside`
    const topics = unavailable_topics === 0 ? '' : `; ${unavailable_topics} topics not available`
    return `${nameIn(spools, process)}${waiting}${aside}${topics}`
  })
}

const canaryLines = (rows: readonly StatusRow[]): string[] => {
  const canaries = rowsOf(rows, 'canary')
  return canaries.map(({ process, age_seconds }) => {
    const text =
      age_seconds === null ? 'not read back since the start' : `read back ${ageText(age_seconds)} ago`
    return `${nameIn(canaries, process)}${text}`
  })
}

const processLines = (rows: readonly StatusRow[]): string[] => {
  const processes = rowsOf(rows, 'process')
  const isSound = ({ state, status }: (typeof processes)[number]) => state === 'ready' && status === 'ready'
  const sound = processes.filter(isSound).length
  const others = processes
    .filter((row) => !isSound(row))
    .map(({ process, state, status }) =>
      state === 'no answer' ? `${process}: no answer: ${status}` : `${process}: ${status}`,
    )
  return processes.length === 0 ? [] : [`${sound} of ${processes.length} ready`, ...others]
}

const workerLine = ({ worker, verdict, lag_records, lag_seconds }: WorkerRow): string => {
  const name = worker.padEnd(18)
  if (verdict === null) return notUsedText(name)
  return `${verdict.padEnd(8)} ${name}  ${lagOf(verdict, lag_records ?? 0, lag_seconds ?? 0)}`
}

const lagOf = (verdict: WorkerRow['verdict'], records: number, seconds: number): string => {
  if (verdict === 'missing') return 'a topic or a committed offset is missing'
  if (records === 0) return 'caught up'
  return `${records} records behind, the oldest ${ageText(seconds)} old`
}

const deadLetterLines = (rows: readonly StatusRow[], now: number): string[] => {
  const lines = rowsOf(rows, 'dead_letters').map(
    ({ worker, count, oldest }) =>
      `${worker}: ${count}, the oldest ${ageText(Math.max(0, now - Date.parse(oldest)) / 1000)} old`,
  )
  const none = lines.length === 0 && isKnown(rows, 'dead letters') ? ['none'] : []
  return [...lines, ...none, ...notKnownLine(rows, 'dead letters')]
}

const outboxLines = (rows: readonly StatusRow[]): string[] => {
  const lines = rowsOf(rows, 'outbox').map(({ worker, destination, state, waiting, dead, age_seconds }) => {
    const age = waiting === 0 ? '' : ` (the oldest for ${ageText(age_seconds)})`
    return `${worker} → ${destination}: ${state}, ${waiting} waiting${age}, ${dead} dead letters`
  })
  const none = lines.length === 0 && isKnown(rows, 'outboxes') ? ['no destination has had a message'] : []
  return [...lines, ...none, ...notKnownLine(rows, 'outboxes')]
}

const nextLines = (rows: readonly StatusRow[]): string[] => {
  const steps = rowsOf(rows, 'next')
  if (steps.length > 0)
    return steps.map(
      ({ because, command, runbook }, index) =>
        `${index + 1}. ${because}: \`${command}\`, docs/runbooks/${runbook}.md`,
    )
  return rowsOf(rows, 'not_known').length === 0 ? ['nothing: everything is well'] : ['what is not known']
}

/** `42 s`, `3 min`, `5 h`, `2 days`. */
const ageText = (seconds: number): string => {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
