import { type Hold, sentenceOf } from '../../consumers/ldap-sync/operate/operate.ts'
import type { Status } from '../../consumers/ldap-sync/operate/status.ts'

const reasons: Readonly<Record<Hold['cause'], string>> = {
  propose: 'the mode is propose, so that every change waits',
  mapping_changed: 'the mapping has changed since the last reconciliation',
  group_removals: 'too many members would leave one group',
  total_removals: 'too many removals within a day',
  additions: 'too many additions within a day',
  reconcile: 'the reconciliation would pass a limit',
  nothing_found: 'the reconciliation found no groups or no people',
  undone: 'a person has undone these changes, and GitLab still asks for them',
  undo: 'the undo would pass a limit',
}

export const shortHoldLine = ({ id, items, cause, digest, expiresAt }: Hold): string =>
  `${id}  ${items.length} changes  ${digest}  until ${expiresAt.toISOString()}  ${reasons[cause]}`

/** Every change of a hold, and how to approve it. */
export const holdLines = (hold: Hold): string[] => [
  `Hold ${hold.id}: ${reasons[hold.cause]}.`,
  ...hold.items.map(({ change }) => `  ${sentenceOf(change)}`),
  `${hold.items.length} changes. The hold expires unapplied at ${hold.expiresAt.toISOString()}.`,
  `Approve exactly this list with: bridge ldap approve ${hold.id} ${hold.digest}`,
]

/** What an operator wants to know first. */
export const statusLines = (status: Status): string[] => {
  const { mode, limits, removals, additions, groups, people, holds, runs } = status
  return [
    `mode: ${mode}`,
    `within 24 hours: ${removals} of ${limits.removals} removals, ` +
      `${additions} of ${limits.additions} additions`,
    ...groups.map(
      ({ dn, state, unreadable, members, removalLimit }) =>
        `group ${dn}: ${unreadable ? 'unreadable' : state}, ${members} members of ours, ` +
        `at most ${removalLimit} removals a day`,
    ),
    ...people.map(({ username, problem }) => `user ${username ?? '?'} has no entry: ${problem}`),
    ...holds.map((hold) => `hold ${shortHoldLine(hold)}`),
    ...runs.map(
      (run) =>
        `run ${run.id}  ${run.startedAt.toISOString()}  ${run.cause}  ${run.additions} additions, ` +
        `${run.removals} removals${run.undoneBy === undefined ? '' : `, undone by run ${run.undoneBy}`}`,
    ),
  ]
}
