import { followRenames } from './follow-renames.ts'
import type { PathFact } from './path-fact.ts'
import type { PathStep, Rename, RenameIndex } from './renames.ts'

export interface PathHistory {
  /** Oldest first. The last one is the path of now. Empty where no event tells a path. */
  steps: readonly PathStep[]
  /** The last path that an event of the holder itself told. What follows it are renames above. */
  told: PathStep | undefined
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
  let told: PathStep | undefined
  for (const [index, event] of events.entries()) {
    const { path, oldPath, at } = event
    if (oldPath !== null && steps.at(-1)?.path !== oldPath)
      steps.push({ path: oldPath, since: steps.at(-1)?.since ?? 0 })
    if (steps.at(-1)?.path !== path) steps.push({ path, since: sinceOf(event, steps.length === 0) })
    told = { path, since: at }
    steps.push(...followRenames(told, events[index + 1]?.at ?? Number.POSITIVE_INFINITY, renames))
  }
  return addSeen(facts, { steps, told, isAmbiguous }, renames)
}

/** @param facts united, about one group or user @returns its own renames in their true order */
export const renamesOf = (facts: readonly PathFact[]): Rename[] => {
  const { events } = orderEvents(facts)
  return events.flatMap((event, index) => {
    const { verb, at, oldPath, path } = event
    if (verb !== 'move' || oldPath === null) return []
    const before = events[index - 1]
    const from = before === undefined ? null : { path: before.path, since: sinceOf(before, index === 1) }
    return [{ at, oldPath, path, from }]
  })
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

/** Adds the paths that only other events name. */
const addSeen = (facts: readonly PathFact[], history: PathHistory, renames: RenameIndex): PathHistory => {
  const { steps } = history
  const known = new Set(steps.map(({ path }) => path))
  const since = steps.at(-1)?.since ?? 0
  const seen = facts
    .filter((fact): fact is PathEvent => fact.verb === 'seen' && fact.path !== null)
    .filter(({ path, lastAt }) => !known.has(path) && lastAt > since)
    .sort((one, other) => one.lastAt - other.lastAt || (one.path < other.path ? -1 : 1))
  const newest = seen.at(-1)
  if (newest === undefined) return history
  const added = seen.map(({ path, at }) => ({ path, since: Math.max(at, since) }))
  const told = { path: newest.path, since: Math.max(newest.at, since) }
  return {
    steps: [...steps, ...added, ...followRenames(told, Number.POSITIVE_INFINITY, renames)],
    told,
    isAmbiguous: steps.length > 0,
  }
}
