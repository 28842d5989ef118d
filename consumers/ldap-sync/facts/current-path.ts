/** From some moment on, everything below one path is below another one. */
export interface Rename {
  oldPath: string
  newPath: string
  at: number
}

/**
 * The path that a group or project has now, from the path that an event named and the renames of its parents
 * after that event. The order in which the events arrived does not matter.
 *
 * @param renames ordered by time
 */
export const currentPath = (path: string, at: number, renames: readonly Rename[]): string =>
  renames
    .filter((rename) => rename.at > at)
    .reduce(
      (current, { oldPath, newPath }) =>
        current.startsWith(`${oldPath}/`) ? newPath + current.slice(oldPath.length) : current,
      path,
    )
