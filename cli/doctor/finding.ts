/**
 * `problem`: something does not work, or will lose hooks. `warning`: it works, but should be looked at.
 * `skipped`: it was not checked, because it is not configured or something else failed first.
 */
export type FindingState = 'ok' | 'warning' | 'problem' | 'skipped'

/** What one check has found. */
export interface Finding {
  check: string
  state: FindingState
  /** One sentence. Never a secret. */
  says: string
  /** What to do; missing where there is nothing to do. */
  todo?: string
}

const marks: Readonly<Record<FindingState, string>> = {
  ok: 'ok      ',
  warning: 'warning ',
  problem: 'PROBLEM ',
  skipped: '-       ',
}

export const findingText = ({ check, state, says, todo }: Finding): string =>
  `${marks[state]} ${check.padEnd(14)} ${says}${todo === undefined ? '' : ` → ${todo}`}`
