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

/**
 * All paths that an event can have named of what has this path now: each one leads to it by some of the
 * renames. It may contain paths that lead elsewhere.
 *
 * @param renames ordered by time
 */
export const earlierPaths = (path: string, renames: readonly Rename[]): string[] => {
  const paths = new Set([path])
  for (const { oldPath, newPath } of renames.toReversed())
    for (const each of [...paths])
      if (each.startsWith(`${newPath}/`)) paths.add(oldPath + each.slice(newPath.length))
  return [...paths]
}
