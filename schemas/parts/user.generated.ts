// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A user as GitLab describes one inside other events. */
export interface User {
  /** User id. Missing in some old bodies. */
  id: number | null
  /** Display name. */
  name: string | null
  /** User name (handle). Missing in some old job events. */
  username: string | null
  /** Address of the avatar image. */
  avatar_url: string | null
  /** E-mail address, where the user made it public. Null where GitLab leaves it empty or writes [REDACTED]. */
  email: string | null
}
