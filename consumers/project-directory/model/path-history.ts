import type { PathFact } from './path-fact.ts'
import { ancestorsOf, type Rename, type RenameIndex } from './renames.ts'

/** A path, and since when a holder has had it, in milliseconds since 1970; 0 for a time before all events. */
export interface PathStep {
  path: string
  since: number
}

export interface PathHistory {
  /** Oldest first. The last one is the path of now. Empty where no event tells a path. */
  steps: readonly PathStep[]
  /** Whether the bodies of the events contradict each other, so that the last path is a guess. */
  isAmbiguous: boolean
}

/**
 * The paths that a holder has had. The result depends on what events say and not on the order in which they
 * arrived:
 *
 * - Events of its life are ordered by the times in their bodies. In one second, each rename continues where
 *   another one ended.
 * - A rename of a group or user above changes the path from that time on.
 * - A path that was only seen, for example in a push, counts where nothing else explains it.
 *
 * @param facts united, about one holder
 * @param renames of all groups and users of its realm
 */
export const pathHistoryOf = (facts: readonly PathFact[], renames: RenameIndex): PathHistory => {
  const { events, isAmbiguous } = orderEvents(facts)
  const steps: PathStep[] = []
  for (const [index, event] of events.entries()) {
    const { path, oldPath, at } = event
    if (oldPath !== null && steps.at(-1)?.path !== oldPath)
      steps.push({ path: oldPath, since: steps.at(-1)?.since ?? 0 })
    if (steps.at(-1)?.path !== path) steps.push({ path, since: sinceOf(event, steps.length === 0) })
    const from = { path, since: at }
    steps.push(...follow(from, events[index + 1]?.at ?? Number.POSITIVE_INFINITY, renames))
  }
  return addSeen(facts, { steps, isAmbiguous }, renames)
}

/** What GitLab's API lists first has been there before. */
const sinceOf = ({ verb, at, createdAt }: PathEvent, isFirst: boolean): number =>
  verb === 'listed' && isFirst ? Math.min(createdAt ?? at, at) : at

type PathEvent = PathFact & { path: string }

const tellsPath = (fact: PathFact): fact is PathEvent =>
  fact.path !== null && ['create', 'move', 'update', 'listed'].includes(fact.verb)

/** The events of its life in their true order, as far as their bodies say it. */
const orderEvents = (facts: readonly PathFact[]): { events: PathEvent[]; isAmbiguous: boolean } => {
  const bySecond = Map.groupBy(facts.filter(tellsPath), ({ at }) => at)
  const events: PathEvent[] = []
  let isAmbiguous = false
  for (const [, together] of [...bySecond].sort(([one], [other]) => one - other)) {
    const { ordered, isDecided } = chain(together, events.at(-1)?.path)
    events.push(...ordered)
    isAmbiguous = !isDecided
  }
  return { events, isAmbiguous }
}

const firstOf: Readonly<Record<string, number>> = { create: 0, move: 1, update: 2, listed: 3 }

/** Orders the events of one time: each continues from the path at which another one ended. */
const chain = (together: readonly PathEvent[], start: string | undefined) => {
  const left = together.toSorted((one, other) => (firstOf[one.verb] ?? 0) - (firstOf[other.verb] ?? 0))
  const ordered: PathEvent[] = []
  let [path, isDecided] = [start, true]
  while (left.length > 0) {
    const arrivals = new Set(left.map((each) => each.path))
    const next =
      left.find(({ verb }) => verb === 'create') ??
      left.find(({ oldPath }) => oldPath !== null && oldPath === path) ??
      left.find(({ oldPath }) => oldPath !== null && !arrivals.has(oldPath)) ??
      left.find((each) => each.verb !== 'move' && each.path === path) ??
      left[0]
    if (next === undefined) break
    const rivals = left.filter((each) => each !== next && each.verb !== 'create' && each.path !== next.path)
    if (next.oldPath === null && next.verb !== 'create' && rivals.length > 0) isDecided = false
    left.splice(left.indexOf(next), 1)
    ordered.push(next)
    path = next.path
  }
  return { ordered, isDecided }
}

/** The paths that follow from renames above, until the next event of the holder itself. */
const follow = (from: PathStep, until: number, renames: RenameIndex): PathStep[] => {
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
      if (earliest === undefined || rename.at < earliest.at) earliest = rename
    }
  return earliest
}

/** Adds the paths that only other events name. */
const addSeen = (facts: readonly PathFact[], { steps, isAmbiguous }: PathHistory, renames: RenameIndex) => {
  const known = new Set(steps.map(({ path }) => path))
  const since = steps.at(-1)?.since ?? 0
  const seen = facts
    .filter((fact): fact is PathEvent => fact.verb === 'seen' && fact.path !== null)
    .filter(({ path, lastAt }) => !known.has(path) && lastAt > since)
    .sort((one, other) => one.lastAt - other.lastAt || (one.path < other.path ? -1 : 1))
  const newest = seen.at(-1)
  if (newest === undefined) return { steps, isAmbiguous }
  const added = seen.map(({ path, at }) => ({ path, since: Math.max(at, since) }))
  const last = added.at(-1) as PathStep
  return {
    steps: [...steps, ...added, ...follow(last, Number.POSITIVE_INFINITY, renames)],
    isAmbiguous: steps.length > 0,
  }
}
