// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** A changed attribute: its value before and after the change. Both values are JSON text, because they can have any type (null, number, text, list of objects). */
export interface Change {
  /** Value before the change, as JSON text. Null if GitLab sent null or nothing. */
  previous: string | null
  /** Value after the change, as JSON text. Null if GitLab sent null or nothing. */
  current: string | null
}
