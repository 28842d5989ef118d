import { query } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import { itemKeyOf, type Proposed } from '../plan/change.ts'
import { closeHold, type Hold, loadHolds } from '../state/holds.ts'
import type { Run } from '../state/journal.ts'
import { acceptSeen } from '../state/settings.ts'
import { followPeople } from '../sync/follow-people.ts'
import { doAllowed, type Plan, planAll } from '../sync/plan-all.ts'
import type { SyncContext } from '../sync/sync-context.ts'
import { undoRun } from './undo.ts'

/** What became of a hold. */
export interface Approved {
  run: number | undefined
  done: readonly Proposed[]
  /** Changes that could not be made, for example because the group cannot be read. They stay in the hold. */
  left: readonly Proposed[]
}

/**
 * Makes the changes of a hold, exactly as they were shown. What events have made void meanwhile has left the
 * hold already.
 *
 * @param digest of the list that was shown
 * @throws UsageError if there is no such hold, or if its list is another one now
 */
export const approve = (context: SyncContext, id: number, digest: string): Promise<Approved> =>
  context.exclusively(async () => {
    const { pool } = context
    const hold = (await loadHolds(pool)).find((each) => each.id === id)
    if (hold === undefined) throw new UsageError(`There is no open hold ${id}. See: bridge ldap holds`)
    if (hold.digest !== digest)
      throw new UsageError(
        `The list of hold ${id} has the digest ${hold.digest}, and not ${digest}: it has changed, or you ` +
          `have seen another one. See: bridge ldap holds ${id}`,
      )
    if (hold.cause === 'undo') return approveUndo(context, hold)
    return approveChanges(context, hold)
  })

const approveUndo = async (context: SyncContext, hold: Hold): Promise<Approved> => {
  const { run } = await undoRun(context, Number(hold.reference), 'approved')
  await closeHold(context.pool, hold.id, 'approved')
  return { run, done: hold.items, left: [] }
}

const approveChanges = async (context: SyncContext, hold: Hold): Promise<Approved> => {
  const { pool } = context
  const plan = await planAll(context, { containers: 'all', usernames: undefined }, 'create')
  const approved = new Set(hold.items.map(itemKeyOf))
  const possible = plan.changes.filter((item) => approved.has(itemKeyOf(item)))
  const run: Run = { cause: 'approval', reference: `${hold.id} ${hold.digest}` }
  await doAllowed(context, run, plan, possible)
  const done = new Set(possible.map(itemKeyOf))
  const left = hold.items.filter((item) => !done.has(itemKeyOf(item)))
  await query(pool, 'delete from ldap_sync.hold_items where hold_id = $1 and item_key = any($2)', [
    hold.id,
    [...done],
  ])
  await query(pool, 'delete from ldap_sync.undone_items where item_key = any($1)', [[...done]])
  if (left.length === 0) await closeHold(pool, hold.id, 'approved')
  const { mappingDigest } = context
  if (left.length === 0 && acceptingCauses.includes(hold.cause) && (await isAllShown(pool, plan, done)))
    await acceptSeen(pool, { mappingDigest, groups: plan.groups, people: await followPeople(context) })
  return { run: run.id, done: possible, left }
}

/** Approving one of these holds accepts the mapping, and the people and groups that were found with it. */
const acceptingCauses: readonly Hold['cause'][] = ['propose', 'mapping_changed', 'nothing_found', 'reconcile']

/**
 * Whether a person has seen every change that the mapping asks for. A hold of events lists only what the
 * events have touched.
 */
const isAllShown = async (pool: SyncContext['pool'], plan: Plan, done: ReadonlySet<string>) => {
  const held = new Set((await loadHolds(pool)).flatMap(({ items }) => items.map(itemKeyOf)))
  return plan.changes.map(itemKeyOf).every((key) => done.has(key) || held.has(key))
}
