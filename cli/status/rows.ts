import type { LagVerdict } from '../lag-meter/verdict.ts'

/** What `bridge status` knows. `--json` prints these rows, and the screen is made of them. */
export type StatusRow =
  | IngressRow
  | SpoolRow
  | CanaryRow
  | ProcessRow
  | WorkerRow
  | DeadLetterRow
  | OutboxStatusRow
  | ErrorRow
  | NotKnownRow
  | NextRow

/** What an ingress answered. */
export interface IngressRow {
  part: 'ingress'
  process: string
  /** Hooks received in a second, just now; null after one reading. */
  hooks_per_second: number | null
  /** Outcome → hooks since the process started. */
  answers: Readonly<Record<string, number>>
  /** Hooks of the last seconds that neither the brokers nor the disk accepted. */
  lost_now: number
}

export interface SpoolRow {
  part: 'spool'
  process: string
  records: number
  oldest_age_seconds: number
  /** The used part of its limit, from 0 to 1; null if the limit is not known yet. */
  used: number | null
  set_aside: number
  unavailable_topics: number
}

export interface CanaryRow {
  part: 'canary'
  process: string
  /** Since it was last read back; null if it never was since the process started. */
  age_seconds: number | null
}

/** A process and what it says at `/readyz`. */
export interface ProcessRow {
  part: 'process'
  process: string
  state: 'ready' | 'not ready' | 'no answer'
  status: string
  /** Records that entered one of its stages and are not accounted for. */
  unaccounted: number
}

/** How one worker is doing, over all its topics. Verdict and lag are null if it is not used. */
export interface WorkerRow {
  part: 'worker'
  worker: string
  verdict: LagVerdict | null
  lag_records: number | null
  lag_seconds: number | null
}

export interface DeadLetterRow {
  part: 'dead_letters'
  worker: string
  count: number
  /** When the oldest was dead-lettered, ISO 8601. */
  oldest: string
}

export interface OutboxStatusRow {
  part: 'outbox'
  worker: string
  destination: string
  state: 'active' | 'failing' | 'paused' | 'restored'
  waiting: number
  dead: number
  age_seconds: number
  last_failure: string | null
}

export interface ErrorRow {
  part: 'error'
  /** A worker, a destination or a process. */
  of: string
  says: string
  /** ISO 8601; null if the time is not known. */
  at: string | null
}

/** Something that could not be read, and why. */
export interface NotKnownRow {
  part: 'not_known'
  of: 'processes' | 'workers' | 'dead letters' | 'outboxes'
  because: string
}

/** What to look at next, the most urgent first. */
export interface NextRow {
  part: 'next'
  because: string
  command: string
  /** A page of docs/runbooks, without `.md`. */
  runbook: string
}

/** The rows of one part. */
export const rowsOf = <Part extends StatusRow['part']>(rows: readonly StatusRow[], part: Part) =>
  rows.filter((row): row is Extract<StatusRow, { part: Part }> => row.part === part)
