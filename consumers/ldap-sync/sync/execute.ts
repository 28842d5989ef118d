import { RetriableError } from '../../../lib/errors.ts'
import { ldapFailureOf } from '../directory/ldap-failure.ts'
import { parseDn } from '../dn/parse-dn.ts'
import { type Proposed, type ValueChange, weightOf } from '../plan/change.ts'
import type { Operation } from '../plan/operation.ts'
import { noteOutcome, noteSending, type Run } from '../state/journal.ts'
import { disown, own, ownsPlaceholder, placeholderUser } from '../state/ownership.ts'
import { setTargetState } from '../state/targets.ts'
import { type TargetPlan, valueKeys } from './plan-target.ts'
import type { SyncContext } from './sync-context.ts'

/** A change of the members of one LDAP group. */
export type MemberChange = Proposed & { change: ValueChange; userId: number }

/**
 * Changes the members of one LDAP group with one request, and reads back what it did.
 *
 * @throws LdapRetriableError, LdapPermanentError
 */
export const execute = async (
  context: SyncContext,
  run: Run,
  plan: TargetPlan,
  changes: readonly MemberChange[],
): Promise<void> => {
  if (changes.length === 0) return
  if (plan.reading.kind === 'absent') return createGroup(context, run, plan, changes)
  const whole = await modificationOf(context, plan, changes)
  try {
    await send(context, run, plan, changes, whole)
  } catch (error) {
    if (!isAlreadySo(error)) throw error
    // Another program has changed one of the values meanwhile. Each one is tried by itself.
    for (const change of changes) await executeOne(context, run, plan, change)
  }
}

const isAlreadySo = (error: unknown): boolean => {
  const kind = ldapFailureOf(error)
  return kind === 'value_exists' || kind === 'no_such_value'
}

const executeOne = async (context: SyncContext, run: Run, plan: TargetPlan, change: MemberChange) => {
  const { kind, value, attribute } = change.change
  try {
    await send(context, run, plan, [change], await modificationOf(context, plan, [change]))
  } catch (error) {
    if (!isAlreadySo(error)) throw error
    const isThere = await context.client.compare(plan.target.dn, attribute, value)
    if (isThere !== (kind === 'add_member')) throw error
    // Whoever was faster owns the value.
    await disown(context.pool, plan.target.id, change.userId)
    context.metrics.changes.inc({ kind, outcome: 'already_so' })
  }
}

type Modification = Extract<Operation, { op: 'modify' }>

/** With the placeholder, where the last member leaves or the first one comes. */
const modificationOf = async (
  context: SyncContext,
  { target, reading }: TargetPlan,
  changes: readonly MemberChange[],
): Promise<Modification> => {
  const valuesOf = (kind: ValueChange['kind']) =>
    changes.flatMap(({ change }) => (change.kind === kind ? [change.value] : []))
  const [add, remove] = [valuesOf('add_member'), valuesOf('remove_member')]
  const operation = { op: 'modify', dn: target.dn, attribute: context.shape.attribute } as const
  const { placeholder } = context.mapping.groups
  if (context.shape.memberCount === 'any' || placeholder === undefined || reading.kind !== 'present')
    return { ...operation, add, delete: remove }
  const keyOf = await valueKeys(context)
  const removed = new Set(remove.map(keyOf))
  const isPlaceholder = (value: string) => keyOf(value) === keyOf(placeholder)
  const stay = [...reading.values.filter((value) => !removed.has(keyOf(value))), ...add]
  const others = stay.filter((value) => !isPlaceholder(value)).length + reading.otherValues
  const isThere = reading.values.some(isPlaceholder)
  if (others === 0 && !isThere) return { ...operation, add: [...add, placeholder], delete: remove }
  if (others > 0 && isThere && (await ownsPlaceholder(context.pool, target.id)))
    return { ...operation, add, delete: [...remove, placeholder] }
  return { ...operation, add, delete: remove }
}

const createGroup = async (
  context: SyncContext,
  run: Run,
  plan: TargetPlan,
  changes: readonly MemberChange[],
): Promise<void> => {
  const { target } = plan
  const { shape, mapping, pool } = context
  const additions = changes.filter(({ change }) => change.kind === 'add_member')
  if (additions.length === 0) return
  const name = parseDn(target.dn)[0]?.[0]?.value ?? ''
  const gid = target.gid ?? (mapping.groups.first_gid ?? 0) + target.id
  const { marker } = mapping.groups
  const attributes = {
    ...shape.create(name, gid),
    ...(marker !== undefined && { [marker.attribute]: [marker.value] }),
    [shape.attribute]: additions.map(({ change }) => change.value),
  }
  await setTargetState(pool, target, 'creating')
  await send(context, run, plan, additions, { op: 'add', dn: target.dn, attributes })
  await setTargetState(pool, target, 'present')
}

/**
 * The value is owned before it is sent: if the answer is lost, the worker must not take its own member for
 * one that somebody added by hand.
 */
const send = async (
  context: SyncContext,
  run: Run,
  { target }: TargetPlan,
  changes: readonly MemberChange[],
  operation: Operation,
): Promise<void> => {
  const { pool, client, metrics } = context
  for (const { change, userId } of changes)
    if (change.kind === 'add_member') await own(pool, target.id, userId, change.value)
  const { placeholder } = context.mapping.groups
  const modified = operation.op === 'modify' ? operation : undefined
  const adds = placeholder !== undefined && modified?.add.includes(placeholder)
  const drops = placeholder !== undefined && modified?.delete.includes(placeholder)
  if (adds) await own(pool, target.id, placeholderUser, placeholder)
  const count = (weight: 'removal' | 'addition') =>
    changes.filter(({ change }) => weightOf[change.kind] === weight).length
  const id = await noteSending(pool, run, {
    operation,
    dnKey: target.dnKey,
    targetId: target.id,
    users: Object.fromEntries(changes.map(({ change, userId }) => [change.value, userId])),
    removals: count('removal'),
    additions: count('addition'),
  })
  try {
    await client.send(operation)
  } catch (error) {
    const kind = ldapFailureOf(error)
    if (kind !== 'unavailable') await noteOutcome(pool, id, 'failed')
    if (kind === 'refused')
      for (const { change } of changes) metrics.changes.inc({ kind: change.kind, outcome: 'failed' })
    throw error
  }
  await demandEffect(context, changes)
  await noteOutcome(pool, id, 'done')
  if (drops) await disown(pool, target.id, placeholderUser)
  for (const { change, userId } of changes) {
    if (change.kind === 'remove_member') await disown(pool, target.id, userId)
    metrics.changes.inc({ kind: change.kind, outcome: 'done' })
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
