/** Options that select dead letters. A dead letter must match all that are given. */
export interface SelectionOptions {
  /** Event type. */
  event?: string
  /** Key of the event: a project id. */
  project?: string
  /** The first characters of a fingerprint, or all of it. */
  fingerprint?: string
  /** A time, see cli/options/parse-time.ts. */
  since?: string
  until?: string
}

export interface Selection extends SelectionOptions {
  /** Keys of dead letters; empty means every key. */
  keys: readonly string[]
  /** The user wants all dead letters of the worker. */
  all?: true
}

/** Options of the commands that settle dead letters. */
export interface SettleOptions {
  dryRun?: true
  /** Stored with the record of the operation. */
  reason?: string
}

export interface RedriveOptions extends SettleOptions {
  /** Redrive at most this many per second. */
  perSecond?: number
  /** Leave dead letters that were redriven this often. */
  maxRedrives?: number
}
