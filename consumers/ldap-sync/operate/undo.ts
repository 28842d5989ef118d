import { query } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import { readGroup } from '../directory/read-group.ts'
import { dnKey } from '../dn/dn-key.ts'
import { decideTogether } from '../plan/brake.ts'
import { itemKeyOf, type Proposed } from '../plan/change.ts'
import { inverseOf, type Operation } from '../plan/operation.ts'
import { loadBrakeState } from '../state/brake-state.ts'
import { noteOutcome, noteSending, type Run } from '../state/journal.ts'
import { disown, own } from '../state/ownership.ts'
import { loadRun, type SentOperation } from '../state/runs.ts'
import { setTargetDn, setTargetState } from '../state/targets.ts'
import { holdAll } from '../sync/plan-all.ts'
import { valueKeys } from '../sync/plan-target.ts'
import { sendNoted } from '../sync/send.ts'
import type { SyncContext } from '../sync/sync-context.ts'

/** What an undo did. With `hold` it would pass a limit: nothing was done, and the hold lists it. */
export interface Undone {
  run: number | undefined
  hold: number | undefined
  changes: readonly Proposed[]
}

/** Takes back what a run has done, under the same limits. @throws UsageError if it cannot be undone */
export const undo = (context: SyncContext, id: number): Promise<Undone> =>
  context.exclusively(() => undoRun(context, id, 'within limits'))

/** As `undo`, for a caller that changes the directory exclusively already. */
export const undoRun = async (
  context: SyncContext,
  id: number,
  how: 'within limits' | 'approved',
): Promise<Undone> => {
  const { pool } = context
  const stored = await loadRun(pool, id)
  if (stored === undefined) throw new UsageError(`There is no run ${id}. See: bridge ldap status`)
  if (stored.undoneBy !== undefined)
    throw new UsageError(`Run ${id} was undone already, by run ${stored.undoneBy}.`)
  const changes = stored.operations.flatMap(inverseChangesOf)
  if (how === 'within limits') {
    const { held } = decideTogether(changes, await loadBrakeState(pool), 'apply', 'undo')
    const [hold] = await holdAll(context, held, String(id))
    if (hold !== undefined) return { run: undefined, hold, changes }
  }
  const run: Run = { cause: 'undo', reference: String(id) }
  for (const each of stored.operations) await takeBack(context, run, each)
  await query(pool, 'update ldap_sync.runs set undone_by = $2 where run_id = $1', [id, run.id ?? id])
  // Events still ask for what was undone. It is held then, until a person approves it.
  for (const key of stored.operations.flatMap(changesOf).flatMap(undoneKeysOf))
    await query(pool, 'insert into ldap_sync.undone_items values ($1, $2) on conflict do nothing', [key, id])
  return { run: run.id, hold: undefined, changes }
}

/** The changes of members and keys that an operation made. */
const changesOf = (sent: SentOperation): Proposed[] => valueChanges(sent, sent.operation)

/** The journal does not tell an entry that was renamed from one that was archived. */
const undoneKeysOf = (item: Proposed): string[] => {
  const { change } = item
  if (!('newDn' in change)) return [itemKeyOf(item)]
  return (['rename_group', 'archive_group'] as const).map((kind) =>
    itemKeyOf({ ...item, change: { ...change, kind } }),
  )
}

const inverseChangesOf = (sent: SentOperation): Proposed[] => valueChanges(sent, inverseOf(sent.operation))

const valueChanges = ({ dnKey: key, targetId, users }: SentOperation, operation: Operation): Proposed[] => {
  const { dn } = operation
  const item = (change: Proposed['change'], userId?: number): Proposed => ({
    change,
    targetId,
    userId,
    dnKey: key,
  })
  if (operation.op === 'rename') return [item({ kind: 'rename_group', dn, newDn: operation.newDn })]
  const thing = targetId === undefined ? 'key' : 'member'
  const values = (how: 'add' | 'remove', attribute: string, list: readonly string[]) =>
    // The placeholder belongs to nobody.
    list.flatMap((value) =>
      users[value] === undefined
        ? []
        : [item({ kind: `${how}_${thing}`, dn, attribute, value }, users[value])],
    )
  if (operation.op === 'modify')
    return [
      ...values('add', operation.attribute, operation.add),
      ...values('remove', operation.attribute, operation.delete),
    ]
  const how = operation.op === 'add' ? 'add' : 'remove'
  return Object.entries(operation.attributes).flatMap(([name, list]) => values(how, name, list))
}

const takeBack = async (context: SyncContext, run: Run, sent: SentOperation): Promise<void> => {
  const operation = await stillNeeded(context, inverseOf(sent.operation), sent.targetId)
  if (operation === undefined) return
  const { pool } = context
  const { targetId, users } = sent
  const changes = valueChanges(sent, operation)
  const count = (kind: string) => changes.filter((each) => each.change.kind.startsWith(kind)).length
  const removals = count('remove')
  const id = await noteSending(pool, run, {
    ...{ operation, dnKey: sent.dnKey, targetId, instance: sent.instance, users, removals },
    additions: count('add'),
  })
  await sendNoted(context, id, operation, changes)
  await noteOutcome(pool, id, 'done')
  if (targetId === undefined) return takeBackKeys(context, changes, sent.instance)
  // What was removed comes first: a user whose entry was renamed is removed and added.
  for (const { change, userId } of changes)
    if (change.kind === 'remove_member' && userId !== undefined) await disown(pool, targetId, userId)
  for (const { change, userId } of changes)
    if (change.kind === 'add_member' && userId !== undefined) await own(pool, targetId, userId, change.value)
  if (operation.op === 'delete') await setTargetState(pool, { id: targetId }, 'planned')
  if (operation.op === 'rename') {
    const key = dnKey(operation.newDn, await context.isCaseExact())
    await setTargetDn(pool, { id: targetId }, operation.newDn, key)
    await setTargetState(pool, { id: targetId }, 'present')
  }
}

/** A key that was removed belongs to the worker again, and one that was added does not any more. */
const takeBackKeys = async (
  { pool }: SyncContext,
  changes: readonly Proposed[],
  instance: string | undefined,
): Promise<void> => {
  for (const { change, userId } of changes)
    if ('value' in change)
      await query(
        pool,
        `update ldap_sync.keys set added_to = $3
          where key = $2 and ($4::text is null or instance = $4)
            and (instance, username) in
                (select instance, username from ldap_sync.people where user_id = $1)`,
        [userId, change.value, change.kind === 'add_key' ? change.dn : null, instance ?? null],
      )
}

/** The part of an operation that is not so already. An entry with members of others is not deleted. */
const stillNeeded = async (
  context: SyncContext,
  operation: Operation,
  targetId: number | undefined,
): Promise<Operation | undefined> => {
  if (operation.op === 'add') return operation
  const keyOf = await valueKeys(context)
  const attribute = operation.op === 'modify' ? operation.attribute : context.shape.attribute
  const { dn } = operation
  // The entry of a person may have no key at all.
  const memberCount = targetId === undefined ? 'any' : context.shape.memberCount
  const query = { dn, attribute, memberCount, markerAttribute: undefined } as const
  const reading = await readGroup(context.client, query)
  if (reading.kind === 'absent') return undefined
  if (operation.op === 'rename') return operation
  if (reading.kind === 'unreadable')
    throw new UsageError(`${dn} cannot be read completely (${reading.because}), so that it is not changed.`)
  const present = new Set(reading.values.map(keyOf))
  if (operation.op === 'modify') {
    const add = operation.add.filter((value) => !present.has(keyOf(value)))
    const gone = operation.delete.filter((value) => present.has(keyOf(value)))
    return add.length + gone.length === 0 ? undefined : { ...operation, add, delete: gone }
  }
  const ours = new Set((operation.attributes[attribute] ?? []).map(keyOf))
  if ([...present].every((value) => ours.has(value))) return operation
  throw new UsageError(`${dn} has members that this run did not add, so that the entry is not deleted.`)
}

/** What an undo would send, as LDIF. @throws UsageError if there is no such run */
export const loadInverseLdif = async ({ pool }: SyncContext, id: number): Promise<string> => {
  const stored = await loadRun(pool, id)
  if (stored === undefined) throw new UsageError(`There is no run ${id}. See: bridge ldap status`)
  return stored.operations.map(({ inverseLdif }) => inverseLdif).join('')
}
