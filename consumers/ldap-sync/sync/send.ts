import { RetriableError } from '../../../lib/errors.ts'
import { ldapFailureOf } from '../directory/ldap-failure.ts'
import { type Proposed, type ValueChange, weightOf } from '../plan/change.ts'
import type { Operation } from '../plan/operation.ts'
import { noteOutcome, noteSending, type Run } from '../state/journal.ts'
import { disown, disownAll, own, ownAll, placeholderUser } from '../state/ownership.ts'
import type { Target } from '../state/targets.ts'
import type { SyncContext } from './sync-context.ts'

/** A change of the members of one LDAP group. */
export type MemberChange = Proposed & { change: ValueChange; userId: number }

/**
 * Sends one request that changes the members of an LDAP group, and reads back what it did. What takes it back
 * is stored before.
 *
 * A value is owned before it is sent: if the answer is lost, the worker must not take its own member for one
 * that somebody added by hand.
 *
 * @throws LdapRetriableError, LdapPermanentError
 */
export const send = async (
  context: SyncContext,
  run: Run,
  target: Pick<Target, 'id' | 'dnKey'>,
  changes: readonly MemberChange[],
  operation: Operation,
): Promise<void> => {
  const { pool, metrics } = context
  const { placeholder } = context.mapping.groups
  const modified = operation.op === 'modify' ? operation : undefined
  const added = changes.filter(({ change }) => change.kind === 'add_member')
  const members = added.map(({ change, userId }) => ({ userId, value: change.value }))
  if (members.length > 0) await ownAll(pool, target.id, members)
  if (placeholder !== undefined && modified?.add.includes(placeholder))
    await own(pool, target.id, placeholderUser, placeholder)
  const id = await noteSending(pool, run, {
    operation,
    dnKey: target.dnKey,
    targetId: target.id,
    users: Object.fromEntries(changes.map(({ change, userId }) => [change.value, userId])),
    removals: count(changes, 'removal'),
    additions: count(changes, 'addition'),
  })
  await sendNoted(context, id, operation, changes)
  await demandEffect(context, operation.op === 'delete' ? [] : changes)
  await noteOutcome(pool, id, 'done')
  if (placeholder !== undefined && modified?.delete.includes(placeholder))
    await disown(pool, target.id, placeholderUser)
  const removed = changes.filter(({ change }) => change.kind === 'remove_member')
  // Under another name, the user is still a member.
  const stay = new Set(members.map(({ userId }) => userId))
  const users = removed.map(({ userId }) => userId).filter((userId) => !stay.has(userId))
  if (users.length > 0) await disownAll(pool, target.id, users)
  for (const { change } of changes) metrics.changes.inc({ kind: change.kind, outcome: 'done' })
}

const count = (changes: readonly Proposed[], weight: 'removal' | 'addition'): number =>
  changes.filter(({ change }) => weightOf[change.kind] === weight).length

/**
 * Sends an operation that the journal has. If the answer is lost, the journal counts it as done: what may
 * have been removed counts for the brake.
 */
export const sendNoted = async (
  { pool, client, metrics }: SyncContext,
  id: number,
  operation: Operation,
  changes: readonly Proposed[],
): Promise<void> => {
  try {
    await client.send(operation)
  } catch (error) {
    const kind = ldapFailureOf(error)
    if (kind !== 'unavailable') await noteOutcome(pool, id, 'failed')
    if (kind === 'refused')
      for (const { change } of changes) metrics.changes.inc({ kind: change.kind, outcome: 'failed' })
    throw error
  }
}

/** Reads back, because a server can accept a request and not do it (an overlay, a replica, a filter). */
const demandEffect = async ({ client }: SyncContext, changes: readonly MemberChange[]): Promise<void> => {
  for (const { change } of changes) {
    const isThere = await client.compare(change.dn, change.attribute, change.value)
    if (isThere === (change.kind === 'add_member')) continue
    throw new RetriableError(
      `LDAP: the server does not show what it accepted: ${change.kind} ${change.value} in ${change.dn}`,
    )
  }
}
