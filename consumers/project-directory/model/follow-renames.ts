import { ancestorsOf, type PathStep, type Rename, type RenameIndex } from './renames.ts'

/**
 * The paths that follow from renames of the groups and the user above.
 *
 * @param from a path that an event of the holder itself told
 * @param until the time of the next such event
 * @returns without `from`, oldest first
 */
export const followRenames = (from: PathStep, until: number, renames: RenameIndex): PathStep[] => {
  const steps: PathStep[] = []
  const used = new Set<Rename>()
  for (let current = from; ; ) {
    const next = nextRename(current, until, renames, used)
    if (next === undefined) return steps
    used.add(next)
    current = { path: next.path + current.path.slice(next.oldPath.length), since: next.at }
    steps.push(current)
  }
}

const nextRename = ({ path, since }: PathStep, until: number, renames: RenameIndex, used: Set<Rename>) => {
  let earliest: Rename | undefined
  // The nearest ancestor comes first: in one second, its old path is one that the others had not changed yet.
  for (const ancestor of ancestorsOf(path))
    for (const rename of renames.get(ancestor) ?? []) {
      if (rename.at < since || rename.at >= until || used.has(rename)) continue
      if (earliest !== undefined && rename.at >= earliest.at) continue
      if (arrivalOf(rename, renames) <= since) earliest = rename
    }
  return earliest
}

/**
 * When the renamed group or user had come to the old path, as far as events tell it. What lay below that path
 * before belonged to another group, which was destroyed since.
 */
const arrivalOf = ({ from, oldPath, at }: Rename, renames: RenameIndex): number => {
  if (from === null) return 0
  if (from.path === oldPath) return from.since
  const moved = followRenames(from, at, renames).findLast(({ path }) => path === oldPath)
  return moved?.since ?? from.since
}
