/** Which changes of a project concern somebody. */
export type PathCondition =
  | { kind: 'all' }
  /** One of the changed paths matches one of these globs. */
  | { kind: 'globs'; globs: readonly string[] }
  /** The pattern is found in one of the changed paths, or in each of them. */
  | { kind: 'pattern'; pattern: RegExp; of: 'any' | 'each' }

/** Who wants to hear about which merge requests. */
export interface ReviewerEntry {
  /** User names, without @. */
  people: readonly string[]
  /** Globs of full paths of projects. */
  projects: readonly string[]
  paths: PathCondition
}
