import type { Decision } from '../plan/brake.ts'
import { itemKeyOf, type MoveChange, type Proposed } from '../plan/change.ts'
import { containerKeyOf } from '../state/containers.ts'
import { holdItems, releaseItems, releaseKeys } from '../state/holds.ts'
import type { Run } from '../state/journal.ts'
import type { Users } from '../state/pairs.ts'
import { type Bound, bindTargets } from './bind-targets.ts'
import { execute } from './execute.ts'
import { executeKey, type KeyPlan, planKeys } from './keys.ts'
import { executeMove, planMove } from './moves.ts'
import { planTarget, type TargetPlan } from './plan-target.ts'
import type { MemberChange } from './send.ts'
import type { SyncContext } from './sync-context.ts'

/** What is compared: `containerKeyOf` of a group or project → its users; and whose SSH keys. */
export interface Scope {
  containers: ReadonlyMap<string, Users> | 'all'
  usernames: readonly string[] | undefined
}

/** Everything that should change, in the order in which it is done. */
export interface Plan {
  targets: readonly TargetPlan[]
  moves: readonly { target: TargetPlan['target']; item: Proposed & { change: MoveChange } }[]
  keys: readonly KeyPlan[]
  /** All of the above as one list. */
  changes: readonly Proposed[]
  /** How many LDAP groups the mapping names now. */
  groups: number
}

/**
 * Compares the state with the directory. It writes nothing to the directory.
 *
 * @param absent what it means that an LDAP group which was there is gone
 */
export const planAll = async (
  context: SyncContext,
  scope: Scope,
  absent: 'unreadable' | 'create',
): Promise<Plan> => {
  const bound = await bindTargets(context)
  const targets: TargetPlan[] = []
  const moves: Plan['moves'][number][] = []
  for (const each of bound) {
    const users = usersOf(scope, each)
    if (users === undefined) continue
    if (isFilledFromLdap(context, each)) {
      context.metrics.skipped.inc({ reason: 'source_ldap' })
      continue
    }
    const move = users === 'all' ? await planMove(context, each) : undefined
    if (move !== undefined && 'newDn' in move.change)
      moves.push({ target: each.target, item: { ...move, change: move.change } })
    const plan = await planTarget(context, each, users, absent)
    if (plan !== undefined) targets.push(plan)
  }
  const keys = await planKeys(context, scope.usernames)
  const changes = [
    ...targets.flatMap((plan) => plan.changes),
    ...moves.map(({ item }) => item),
    ...keys.map(({ item }) => item),
  ]
  return { targets, moves, keys, changes, groups: bound.length }
}

/** Whether GitLab itself fills the group from LDAP. The worker leaves its LDAP group alone then. */
const isFilledFromLdap = ({ mapping }: SyncContext, { container, rule }: Bound): boolean =>
  container.filledFromLdap || (mapping.gitlab_reads_this_ldap === true && rule.source !== 'gitlab')

/** Of what was bound just now, nothing was compared yet. */
const usersOf = ({ containers }: Scope, { container, since }: Bound): Users | undefined =>
  containers === 'all' || since === 'now' ? 'all' : containers.get(containerKeyOf(container))

/** Does what was allowed of a plan. Members come first: a rename changes the DN. */
export const doAllowed = async (
  context: SyncContext,
  run: Run,
  plan: Plan,
  allowed: readonly Proposed[],
): Promise<void> => {
  const keys = new Set(allowed.map(itemKeyOf))
  const isAllowed = (item: Proposed) => keys.has(itemKeyOf(item))
  for (const target of plan.targets)
    await execute(context, run, target, target.changes.filter(isAllowed).filter(isMemberChange))
  for (const { target, item } of plan.moves)
    if (isAllowed(item)) await executeMove(context, run, target, item)
  for (const key of plan.keys) if (isAllowed(key.item)) await executeKey(context, run, key)
}

const isMemberChange = (item: Proposed): item is MemberChange =>
  'value' in item.change && item.userId !== undefined

/** Takes what is decided about again out of the holds. */
export const releaseFor = async (
  { pool }: SyncContext,
  { targets }: Plan,
  { containers, usernames }: Scope,
  usersOf: (target: TargetPlan) => Users,
): Promise<void> => {
  await releaseKeys(pool, usernames)
  for (const plan of targets) {
    const users = containers === 'all' ? 'all' : usersOf(plan)
    await releaseItems(pool, plan.target.id, users === 'all' ? undefined : [...users])
  }
}

/** Puts what may not be done now into holds. */
export const holdAll = async (
  { pool, metrics, logger }: SyncContext,
  held: Decision['held'],
  reference?: string,
): Promise<number[]> => {
  const ids: number[] = []
  for (const { hold, items } of held) {
    const id = await holdItems(pool, hold, items, reference)
    ids.push(id)
    for (const { change } of items) metrics.changes.inc({ kind: change.kind, outcome: 'held' })
    logger.warn('changes of the directory are held: see bridge ldap holds', {
      hold: id,
      cause: hold.cause,
      changes: items.length,
    })
  }
  return ids
}
