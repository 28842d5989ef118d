/** From some moment on, everything below one path is below another one. */
export interface Rename {
  oldPath: string
  newPath: string
  at: number
}

/** All renames of one GitLab, so that those of one path are found without looking at the others. */
export interface Renames {
  /**
   * The path that a group or project has now, from the path that an event named and the renames of its
   * parents after that event. The order in which the events arrived does not matter.
   */
  currentPath(path: string, at: number): string
  /**
   * All paths that an event can have named of what has this path now: each one leads to it by some of the
   * renames. Some of them may lead elsewhere.
   */
  earlierPaths(path: string): string[]
}

/** @param renames ordered by time */
export const createRenames = (renames: readonly Rename[]): Renames => {
  const numbered = renames.map((rename, index) => ({ ...rename, index }))
  const byOldPath = Map.groupBy(numbered, ({ oldPath }) => oldPath)
  const byNewPath = Map.groupBy(numbered, ({ newPath }) => newPath)
  const currentPath: Renames['currentPath'] = (path, at) => {
    let [current, index] = [path, -1]
    for (;;) {
      const [next] = parentsOf(current)
        .flatMap((parent) => byOldPath.get(parent) ?? [])
        .filter((rename) => rename.index > index && rename.at > at)
        .sort((a, b) => a.index - b.index)
      if (next === undefined) return current
      current = next.newPath + current.slice(next.oldPath.length)
      index = next.index
    }
  }
  const earlierPaths: Renames['earlierPaths'] = (path) => {
    const found = new Set<string>()
    const waiting = [{ path, before: renames.length }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { path: later, before } = next
      found.add(later)
      for (const { oldPath, newPath, index } of parentsOf(later).flatMap((each) => byNewPath.get(each) ?? []))
        if (index < before) waiting.push({ path: oldPath + later.slice(newPath.length), before: index })
    }
    return [...found]
  }
  return { currentPath, earlierPaths }
}

export const noRenames: Renames = createRenames([])

/** `a` and `a/b` of `a/b/c`. */
const parentsOf = (path: string): string[] => {
  const segments = path.split('/')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'))
}
