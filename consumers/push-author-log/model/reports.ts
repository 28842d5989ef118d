import { isInvented } from '../../../lib/invented-sources.ts'
import type { PushLine } from '../push-line.ts'

/** What one hook reported about one ref. `line` is how the log holds it. */
export interface Report {
  line: PushLine
  /** When the bridge received the hook, in milliseconds since 1970. */
  at: number
}

/**
 * The stream of a line: its source and its event type. GitLab reports a push at most once in each stream,
 * apart from repeats.
 */
export const streamOf = ({ source, source_event }: PushLine): string => `${source} ${source_event}`

/** The ref that a line is about. An invented push never moves a real ref. */
export const refKeyOf = ({ instance, project_id, ref, source }: PushLine): string =>
  `${isInvented(source) ? source : ''} ${instance} ${project_id} ${ref}`

/** How the ref was moved. The same change can occur again later, for example after a branch was reset. */
export const changeKeyOf = (line: PushLine): string => `${refKeyOf(line)} ${line.before} ${line.after}`

/** How much a line tells. The line of a suspected test tells least, because it may not be a push at all. */
export const richnessOf = ({ suspected_test, user_username, commits }: PushLine): number => {
  if (suspected_test) return 0
  return 1 + (user_username === null ? 0 : 1) + (commits === null ? 0 : 1)
}

/**
 * Whether two lines can be about the push of one person. A line that tells more never replaces the line of
 * another person.
 */
export const haveSamePusher = (one: PushLine, other: PushLine): boolean =>
  one.user_id === null || other.user_id === null || one.user_id === other.user_id

/**
 * Whether the line can come from GitLab's button *Test*, if the ref was at `after` already. Only pushes can:
 * the test of a system hook sends the repository update of an invented project.
 */
export const canBeTest = ({ source_event }: PushLine): boolean => source_event !== 'repository_update'
