import { query } from '../../../lib/database.ts'
import type { ContainerId } from '../facts/fact.ts'
import { decideEach, type Policy } from '../plan/brake.ts'
import type { Proposed } from '../plan/change.ts'
import { loadBrakeState } from '../state/brake-state.ts'
import { closeEmptyHolds, holdItems, releaseItems } from '../state/holds.ts'
import type { Run } from '../state/journal.ts'
import type { Users } from '../state/pairs.ts'
import { bindTargets } from './bind-targets.ts'
import { execute, type MemberChange } from './execute.ts'
import { planTarget, type TargetPlan } from './plan-target.ts'
import type { SyncContext } from './sync-context.ts'

/** What events have touched: `containerKeyOf` of a group or project → its users. */
export type Scope = ReadonlyMap<string, Users>

export const containerKeyOf = ({ instance, kind, id }: ContainerId): string => `${instance} ${kind} ${id}`

/**
 * Brings the directory to what the state says about what events have touched. What the rails do not allow is
 * put into holds.
 *
 * @throws LdapRetriableError, LdapPermanentError, RetriableError
 */
export const converge = (context: SyncContext, scope: Scope, run: Run): Promise<void> =>
  context.exclusively(async () => {
    const bound = await bindTargets(context)
    const touched = bound.flatMap((each) => {
      const users = scope.get(containerKeyOf(each.container))
      return users === undefined ? [] : [{ each, users }]
    })
    const plans: TargetPlan[] = []
    for (const { each, users } of touched) {
      const plan = await planTarget(context, each, users)
      if (plan === undefined) continue
      plans.push(plan)
      await releaseItems(context.pool, plan.target.id, users === 'all' ? undefined : [...users])
    }
    await decideAndDo(context, run, plans)
    await closeEmptyHolds(context.pool)
  })

const decideAndDo = async (context: SyncContext, run: Run, plans: readonly TargetPlan[]): Promise<void> => {
  const changes = plans.flatMap((plan) => plan.changes)
  if (changes.length === 0) return
  const state = await loadBrakeState(context.pool)
  const { allowed, held } = decideEach(changes, state, await policyOf(context))
  for (const { hold, items } of held) {
    const id = await holdItems(context.pool, hold, items)
    for (const { change } of items) context.metrics.changes.inc({ kind: change.kind, outcome: 'held' })
    context.logger.warn('changes of the directory are held: see bridge ldap holds', {
      hold: id,
      cause: hold.cause,
      changes: items.length,
    })
  }
  for (const plan of plans)
    await execute(
      context,
      run,
      plan,
      allowed.filter((each): each is MemberChange => isMemberOf(each, plan)),
    )
}

const isMemberOf = (each: Proposed, { target }: TargetPlan): boolean =>
  each.targetId === target.id && 'value' in each.change && each.userId !== undefined

/** With another mapping than at the last reconciliation, nothing is written before a person has seen it. */
export const policyOf = async ({ pool, mode, mappingDigest }: SyncContext): Promise<Policy> => {
  if (mode === 'propose') return 'propose'
  const [known] = await query<{ mapping_digest: string }>(
    pool,
    `insert into ldap_sync.settings as known (mapping_digest) values ($1)
     on conflict (only_row) do update set mapping_digest = known.mapping_digest returning mapping_digest`,
    [mappingDigest],
  )
  return known?.mapping_digest === mappingDigest ? 'apply' : 'mapping_changed'
}
