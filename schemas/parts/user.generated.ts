// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A user, as GitLab describes it in other events. */
export interface User {
  /** Id of the user. Some old GitLab versions do not send it. */
  id: number | null
  /** Display name of the user. */
  name: string | null
  /** User name (handle). Some old GitLab versions do not send it in job events. */
  username: string | null
  /** URL of the avatar image. */
  avatar_url: string | null
  /** E-mail address of the user, if the user made it public. Null if GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
}
