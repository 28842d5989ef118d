import type { PushLine } from '../push-line.ts'

/** What is asked about the log. All filters must match. */
export interface PushQuery {
  /** Id of a project, or a path that it has or had. */
  project?: string
  /** A ref: `main` or `refs/heads/main`. */
  ref?: string
  /** Id, user name or name of a user. */
  user?: string
  since?: Date
  /** Also invented pushes, such as those of `bridge send`. */
  includeInvented?: true
  /**
   * `pushes`: every push. `heads`: for each ref the push that made it what it is now. `last`: for each
   * project the newest of these. `deletions`: the pushes that deleted a ref.
   */
  show: 'pushes' | 'heads' | 'last' | 'deletions'
}

export const isOfRef = ({ ref: full }: PushLine, ref: string | undefined): boolean =>
  ref === undefined || [ref, `refs/heads/${ref}`, `refs/tags/${ref}`].includes(full)

/** Whether the line itself names the user. */
export const namesUser = (line: PushLine, user: string): boolean =>
  [String(line.user_id), line.user_username, line.user_name].includes(user)

/** The account of the user who pushed: ids are unique within a GitLab instance. */
export const accountOf = ({ instance, user_id }: PushLine): string => `${instance} ${user_id}`
