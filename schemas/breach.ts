/** Why two versions of a schema cannot live in one subject. */
export interface Breach {
  /** Dotted path; empty where it is the schema itself. */
  field: string
  /** What happened, in words. */
  problem: string
}
