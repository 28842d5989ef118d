// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A reviewer of a merge request: a user and the state of the review. */
export interface Reviewer {
  /** Id of the user. */
  id: number | null
  /** Display name of the user. */
  name: string | null
  /** User name (handle). */
  username: string | null
  /** URL of the avatar image. */
  avatar_url: string | null
  /** E-mail address of the user, if the user made it public. Null if GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
  /** State of the review: unreviewed, review_started, reviewed, requested_changes, approved or unapproved. */
  state: string | null
  /** True if this event asks the reviewer for another review. */
  re_requested: boolean | null
}
