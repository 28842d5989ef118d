// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** The group a token belongs to. */
export interface TokenGroup {
  /** Display name. */
  group_name: string | null
  /** Last segment of the path. */
  group_path: string | null
  /** Group id. */
  group_id: number | null
  /** Full path. Since GitLab 17.4. */
  full_path: string | null
}
