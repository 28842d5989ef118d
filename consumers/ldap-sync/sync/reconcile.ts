import { decideTogether } from '../plan/brake.ts'
import type { Proposed } from '../plan/change.ts'
import { loadBrakeState } from '../state/brake-state.ts'
import { closeEmptyHolds } from '../state/holds.ts'
import type { Run } from '../state/journal.ts'
import { acceptSeen, type LastSeen, loadLastSeen } from '../state/settings.ts'
import { followPeople } from './follow-people.ts'
import { doAllowed, holdAll, type Plan, planAll, releaseFor } from './plan-all.ts'
import { readGitlab } from './read-gitlab.ts'
import { showHolds } from './show-holds.ts'
import type { SyncContext } from './sync-context.ts'

/** What a reconciliation found and did. */
export interface Reconciled {
  changes: readonly Proposed[]
  /** Ids of the holds that wait. If there is one, nothing was done. */
  holds: readonly number[]
  run: number | undefined
}

const everything = { containers: 'all', usernames: undefined } as const

/** Compares directory, state and GitLab, and writes nothing to the directory. */
export const diff = async (context: SyncContext): Promise<Plan> => {
  await readGitlab(context)
  return context.exclusively(async () => {
    await followPeople(context)
    return planAll(context, everything, 'create')
  })
}

/**
 * Compares directory, state and GitLab, and brings the directory to what GitLab says: all of it, or nothing
 * of it, where a limit would be passed.
 *
 * @throws LdapRetriableError, LdapPermanentError, RetriableError
 */
export const reconcile = async (context: SyncContext): Promise<Reconciled> => {
  await readGitlab(context)
  return context.exclusively(async () => {
    const { pool, metrics } = context
    const people = await followPeople(context)
    const plan = await planAll(context, everything, 'create')
    metrics.drift.set(plan.changes.length)
    metrics.foreign.set(plan.targets.reduce((sum, { foreign }) => sum + foreign, 0))
    await releaseFor(context, plan, everything, () => 'all')
    const seen = { mappingDigest: context.mappingDigest, groups: plan.groups, people }
    const policy = policyOf(context, seen, await loadLastSeen(pool))
    const state = await loadBrakeState(pool)
    const { allowed, held } = decideTogether(plan.changes, state, policy, 'reconcile')
    const holds = await holdAll(context, held)
    const run: Run = { cause: 'reconcile' }
    await doAllowed(context, run, plan, allowed)
    if (holds.length === 0 && policy !== 'nothing_found') await acceptSeen(pool, seen)
    await closeEmptyHolds(pool)
    await showHolds(context)
    return { changes: plan.changes, holds, run: run.id }
  })
}

const policyOf = ({ mode }: SyncContext, seen: LastSeen, before: LastSeen | undefined) => {
  if (mode === 'propose') return 'propose'
  if (before === undefined) return 'apply'
  if (before.mappingDigest !== seen.mappingDigest) return 'mapping_changed'
  const nobody = seen.people === 0 && before.people > 0
  return nobody || (seen.groups === 0 && before.groups > 0) ? 'nothing_found' : 'apply'
}
