// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A reviewer of a merge request: a user and where the review stands. */
export interface Reviewer {
  /** User id. */
  id: number | null
  /** Display name. */
  name: string | null
  /** User name (handle). */
  username: string | null
  /** Address of the avatar image. */
  avatar_url: string | null
  /** E-mail address, where the user made it public. Null where GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
  /** Where the review stands: unreviewed, review_started, reviewed, requested_changes, approved, unapproved. */
  state: string | null
  /** Whether this event asks the reviewer for another review. */
  re_requested: boolean | null
}
