import { query } from '../../../lib/database.ts'
import { decideEach, type Policy } from '../plan/brake.ts'
import { loadBrakeState } from '../state/brake-state.ts'
import { containerKeyOf } from '../state/containers.ts'
import { closeEmptyHolds } from '../state/holds.ts'
import type { Run } from '../state/journal.ts'
import { doAllowed, holdAll, planAll, releaseFor, type Scope } from './plan-all.ts'
import { showHolds } from './show-holds.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Brings the directory to what the state says about what events have touched. What the rails do not allow is
 * put into holds.
 *
 * @throws LdapRetriableError, LdapPermanentError, RetriableError
 */
export const converge = (context: SyncContext, scope: Scope, run: Run): Promise<void> =>
  context.exclusively(async () => {
    const plan = await planAll(context, scope, 'unreadable')
    const { containers } = scope
    await releaseFor(context, plan, scope, ({ target }) =>
      containers === 'all' ? 'all' : (containers.get(containerKeyOf(target.container)) ?? new Set()),
    )
    if (plan.changes.length > 0) {
      const state = await loadBrakeState(context.pool)
      const { allowed, held } = decideEach(plan.changes, state, await policyOf(context))
      await holdAll(context, held)
      await doAllowed(context, run, plan, allowed)
    }
    await closeEmptyHolds(context.pool)
    await showHolds(context)
  })

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
