// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** One changed attribute, before and after, each as JSON text (values are of any type: null, number, text, list of objects). */
export interface Change {
  /** Value before, as JSON text; null where GitLab sent null or nothing. */
  previous: string | null
  /** Value after, as JSON text; null where GitLab sent null or nothing. */
  current: string | null
}
