import { itemKeyOf, type Proposed, weightOf } from './change.ts'
import { type HoldCause, type HoldRef, holdKeyOf } from './hold.ts'

/** How much may be changed without a person within a rolling day. */
export interface Limits {
  removals: number
  additions: number
  /** Removals from one group, if they are raised. */
  groupRemovals: number
}

export const defaultLimits: Limits = { removals: 50, additions: 50, groupRemovals: 0 }

/** A group of 10 may lose 5 members in a day, and a group of 100 may lose 20. */
export const groupLimit = (size: number, limits: Limits): number =>
  Math.max(5, Math.floor(size * 0.2), limits.groupRemovals)

/** What was done within the last day without a person, and what already waits. */
export interface BrakeState {
  limits: Limits
  /** Removals within the day: over all, and by entry. */
  removals: number
  groupRemovals: ReadonlyMap<string, number>
  additions: number
  /** Members that the worker added to an entry, and those that it removed within the day. */
  groupSizes: ReadonlyMap<string, number>
  /** `holdKeyOf` of each open hold. What belongs to an open hold joins it. */
  openHolds: ReadonlySet<string>
  /** `itemKeyOf` of each change that a person has undone. */
  undone: ReadonlySet<string>
}

/** What may be done now, and what waits. */
export interface Decision {
  allowed: Proposed[]
  held: { hold: HoldRef; items: Proposed[] }[]
}

export type Policy = 'apply' | 'propose' | 'mapping_changed'

/**
 * Decides about changes that events ask for, one after the other: the change that would pass a limit is held,
 * and all further ones of that group (or of all groups).
 */
export const decideEach = (changes: readonly Proposed[], state: BrakeState, policy: Policy): Decision => {
  const decision = createDecision()
  const open = new Set(state.openHolds)
  const groupRemovals = new Map(state.groupRemovals)
  let { removals, additions } = state
  for (const item of changes) {
    const hold = ((): HoldRef | undefined => {
      if (policy !== 'apply') return { cause: policy, scope: '' }
      if (state.undone.has(itemKeyOf(item))) return { cause: 'undone', scope: '' }
      if (weightOf[item.change.kind] === 'addition') {
        const hold = { cause: 'additions', scope: '' } as const
        return open.has(holdKeyOf(hold)) || additions + 1 > state.limits.additions ? hold : undefined
      }
      const ofGroup = { cause: 'group_removals', scope: item.dnKey } as const
      const inGroup = groupRemovals.get(item.dnKey) ?? 0
      if (open.has(holdKeyOf(ofGroup)) || inGroup + 1 > limitOf(item, state)) return ofGroup
      const ofAll = { cause: 'total_removals', scope: '' } as const
      return open.has(holdKeyOf(ofAll)) || removals + 1 > state.limits.removals ? ofAll : undefined
    })()
    if (hold !== undefined) {
      open.add(holdKeyOf(hold))
      decision.hold(hold, item)
      continue
    }
    decision.allow(item)
    if (weightOf[item.change.kind] === 'addition') additions += 1
    else {
      removals += 1
      groupRemovals.set(item.dnKey, (groupRemovals.get(item.dnKey) ?? 0) + 1)
    }
  }
  return decision.result
}

/** Decides about all changes together: if one of them would pass a limit, none of them is done. */
export const decideTogether = (
  changes: readonly Proposed[],
  state: BrakeState,
  policy: Policy | Extract<HoldCause, 'nothing_found'>,
  causeOfLimit: Extract<HoldCause, 'reconcile' | 'undo'>,
): Decision => {
  const decision = createDecision()
  const wait = (cause: HoldCause) => {
    for (const item of changes) decision.hold({ cause, scope: '' }, item)
    return decision.result
  }
  if (policy !== 'apply') return wait(policy)
  const isOpen = state.openHolds.has(holdKeyOf({ cause: causeOfLimit, scope: '' }))
  if (isOpen || decideEach(changes, { ...state, undone: new Set() }, 'apply').held.length > 0)
    return wait(causeOfLimit)
  for (const item of changes)
    if (causeOfLimit === 'reconcile' && state.undone.has(itemKeyOf(item)))
      decision.hold({ cause: 'undone', scope: '' }, item)
    else decision.allow(item)
  return decision.result
}

const limitOf = ({ dnKey }: Proposed, { groupSizes, limits }: BrakeState): number =>
  groupLimit(groupSizes.get(dnKey) ?? 0, limits)

const createDecision = () => {
  const allowed: Proposed[] = []
  const held = new Map<string, Decision['held'][number]>()
  return {
    allow: (item: Proposed) => allowed.push(item),
    hold: (hold: HoldRef, item: Proposed) => {
      const key = holdKeyOf(hold)
      const list = held.get(key) ?? { hold, items: [] }
      list.items.push(item)
      held.set(key, list)
    },
    get result(): Decision {
      return { allowed, held: [...held.values()] }
    },
  }
}
