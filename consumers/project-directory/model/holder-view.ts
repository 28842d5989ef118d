import type { PathFact } from './path-fact.ts'
import { pathHistoryOf } from './path-history.ts'
import type { PathStep, RenameIndex } from './renames.ts'

/** What is known about a project, group or user, as far as its own events and the renames above tell it. */
export interface HolderView {
  /** Null where no event tells the full path. */
  path: string | null
  /** Since when it has this path, in milliseconds since 1970. */
  pathSince: number | null
  steps: readonly PathStep[]
  /** The last path that an event of its own told; null where no event did. */
  told: PathStep | null
  name: string | null
  visibility: string | null
  defaultBranch: string | null
  webUrl: string | null
  /** The group above, where an event names its id. */
  parentId: number | null
  createdAt: number | null
  isDestroyed: boolean
  /** Whether the bodies of the events contradict each other. */
  isAmbiguous: boolean
  /** Whether its creation was told, so that it had no branches before its first push. */
  startsEmpty: boolean
  /** When GitLab's API last told about it. */
  reconciledAt: number | null
}

/** @param facts united, about one holder @param renames of its realm */
export const holderViewOf = (facts: readonly PathFact[], renames: RenameIndex): HolderView => {
  const { steps, told: toldPath, isAmbiguous } = pathHistoryOf(facts, renames)
  const current = steps.at(-1)
  const newestFirst = facts.toSorted((one, other) => timeOf(other) - timeOf(one))
  const told = newestFirst.filter(({ verb }) => verb !== 'seen')
  const seen = newestFirst.filter(({ verb }) => verb === 'seen' || verb === 'listed')
  return {
    path: current?.path ?? null,
    pathSince: current?.since ?? null,
    steps,
    told: toldPath ?? null,
    name: firstValue([...told, ...seen], 'name'),
    visibility: firstValue([...told, ...seen], 'visibility'),
    defaultBranch: firstValue(seen, 'defaultBranch'),
    webUrl: firstValue(seen, 'webUrl'),
    parentId: firstValue(newestFirst, 'parentId'),
    createdAt: firstValue(newestFirst, 'createdAt'),
    isDestroyed: isDestroyed(facts),
    isAmbiguous,
    startsEmpty: facts.some(({ verb }) => verb === 'create'),
    reconciledAt: newestOf(facts, 'listed') ?? null,
  }
}

/** Events of a life are ordered by the time in their bodies, and what was seen by the time when it came. */
const timeOf = ({ verb, at, lastAt }: PathFact): number => (verb === 'seen' ? lastAt : at)

const firstValue = <Field extends keyof PathFact>(facts: readonly PathFact[], field: Field) =>
  facts.find((fact) => fact[field] !== null)?.[field] ?? null

const newestOf = (facts: readonly PathFact[], verb: PathFact['verb']): number | undefined =>
  facts.findLast((fact) => fact.verb === verb)?.at

/** An id is never used again, so that an event of destruction holds for ever. */
const isDestroyed = (facts: readonly PathFact[]): boolean => {
  const isGone = (newestOf(facts, 'gone') ?? -1) > (newestOf(facts, 'listed') ?? 0)
  return isGone || facts.some(({ verb }) => verb === 'destroy')
}
