import { RetriableError } from '../../../lib/errors.ts'
import { ldapFailureOf } from '../directory/ldap-failure.ts'
import type { ValueChange } from '../plan/change.ts'
import type { Operation } from '../plan/operation.ts'
import type { Run } from '../state/journal.ts'
import { disown, disownEverything, ownsPlaceholder } from '../state/ownership.ts'
import { setTargetState, setUnreadable } from '../state/targets.ts'
import { newGroupAttributes } from './new-group.ts'
import { type TargetPlan, valueKeys } from './plan-target.ts'
import { type MemberChange, send } from './send.ts'
import type { SyncContext } from './sync-context.ts'

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
    await send(context, run, plan.target, changes, whole)
  } catch (error) {
    if (ldapFailureOf(error) === 'absent')
      throw new RetriableError(`LDAP: ${plan.target.dn} is gone since it was read`, { cause: error })
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
    await send(context, run, plan.target, [change], await modificationOf(context, plan, [change]))
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
  const { pool } = context
  const additions = changes.filter(({ change }) => change.kind === 'add_member')
  if (additions.length === 0) return
  const values = additions.map(({ change }) => change.value)
  const attributes = newGroupAttributes(context, target, values)
  await setTargetState(pool, target, 'creating')
  try {
    await send(context, run, plan.target, additions, { op: 'add', dn: target.dn, attributes })
  } catch (error) {
    if (ldapFailureOf(error) !== 'exists') throw error
    return leaveExisting(context, target, additions)
  }
  await setTargetState(pool, target, 'present')
}

/**
 * The entry was not there when the group was read, and is there now. Somebody has made it in between, or the
 * worker itself has made it before and may not see it any more.
 */
const leaveExisting = async (
  { pool, metrics, logger }: SyncContext,
  target: TargetPlan['target'],
  additions: readonly MemberChange[],
): Promise<void> => {
  const isForeign = target.state === 'planned' || target.state === 'conflict'
  await setTargetState(pool, target, isForeign ? 'conflict' : target.state)
  if (isForeign) await disownEverything(pool, target.id)
  else await setUnreadable(pool, target, true)
  for (const { change } of additions) metrics.changes.inc({ kind: change.kind, outcome: 'failed' })
  logger.warn('an LDAP group cannot be made, because there is an entry with its name', { dn: target.dn })
}
