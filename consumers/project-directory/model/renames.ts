/** A path, and since when a holder has had it, in milliseconds since 1970; 0 for a time before all events. */
export interface PathStep {
  path: string
  since: number
}

/** A group or user got another path, and with it all that lies below. */
export interface Rename {
  /** When it happened, in milliseconds since 1970. */
  at: number
  oldPath: string
  path: string
  /** Where the event before put this group or user; null where no event before is known. */
  from: PathStep | null
}

/** Finds the renames of an old path, oldest first. */
export interface RenameIndex {
  get(oldPath: string): readonly Rename[] | undefined
}

/** In an order that does not depend on the order in which they became known. */
export const orderRenames = (renames: readonly Rename[]): Rename[] =>
  renames.toSorted((one, other) => one.at - other.at || (one.path < other.path ? -1 : 1))

/** The paths above a path, the nearest first: `a/b/c` → `a/b`, `a`. */
export const ancestorsOf = (path: string): string[] => {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, segments.length - 1 - index).join('/'))
}
