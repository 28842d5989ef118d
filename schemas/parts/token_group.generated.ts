// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The group that a token belongs to. */
export interface TokenGroup {
  /** Display name of the group. */
  group_name: string | null
  /** Last segment of the path of the group. */
  group_path: string | null
  /** Id of the group. */
  group_id: number | null
  /** Full path of the group. Available since GitLab 17.4. */
  full_path: string | null
}
