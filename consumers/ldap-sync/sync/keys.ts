import { ldapFailureOf } from '../directory/ldap-failure.ts'
import type { Proposed, ValueChange } from '../plan/change.ts'
import type { Operation } from '../plan/operation.ts'
import { noteOutcome, noteSending, type Run, settleLostAnswer } from '../state/journal.ts'
import { loadOpenKeys, type StoredKey, setKeyPlace } from '../state/keys.ts'
import { sendNoted } from './send.ts'
import type { SyncContext } from './sync-context.ts'

/** An SSH key that is to be added to the entry of its owner, or to be removed from it. */
export interface KeyPlan {
  key: StoredKey
  item: Proposed & { change: ValueChange }
}

const attribute = 'sshPublicKey'

/**
 * The keys of these users that wait.
 *
 * @param usernames undefined: of all users
 */
export const planKeys = async (
  { pool, mapping }: SyncContext,
  usernames: readonly string[] | undefined,
): Promise<KeyPlan[]> => {
  if (!mapping.people.ssh_keys || usernames?.length === 0) return []
  return (await loadOpenKeys(pool, usernames)).map((key) => ({
    key,
    item: {
      change: {
        kind: key.life === 'exists' ? 'add_key' : 'remove_key',
        dn: key.addedTo ?? key.dn,
        attribute,
        value: key.key,
      },
      targetId: undefined,
      userId: key.userId,
      dnKey: key.dnKey,
    },
  }))
}

/** Adds or removes one key. An entry that is gone has no keys: whoever else has changes gets them. */
export const executeKey = async (context: SyncContext, run: Run, plan: KeyPlan): Promise<void> => {
  try {
    await changeKey(context, run, plan)
  } catch (error) {
    if (ldapFailureOf(error) !== 'absent') throw error
    const { kind, dn } = plan.item.change
    context.metrics.changes.inc({ kind, outcome: 'failed' })
    context.logger.warn('an SSH key cannot be changed, because the entry of the person is gone', { dn })
  }
}

/** A key that is there already is not ours, and stays. */
const changeKey = async (context: SyncContext, run: Run, { key, item }: KeyPlan): Promise<void> => {
  const { pool, client, metrics } = context
  const { kind, dn, value } = item.change
  const isAddition = kind === 'add_key'
  const values = { add: isAddition ? [value] : [], delete: isAddition ? [] : [value] }
  const operation: Operation = { op: 'modify', dn, attribute, ...values }
  if (isAddition && (await client.compare(dn, attribute, value))) {
    await settleLostAnswer(pool, undefined, operation)
    return
  }
  if (isAddition) await setKeyPlace(pool, key, dn)
  const id = await noteSending(pool, run, {
    operation,
    dnKey: item.dnKey,
    targetId: undefined,
    instance: key.instance,
    users: { [value]: key.userId },
    removals: isAddition ? 0 : 1,
    additions: isAddition ? 1 : 0,
  })
  try {
    await sendNoted(context, id, operation, [item])
  } catch (error) {
    const failure = ldapFailureOf(error)
    if (failure !== (isAddition ? 'value_exists' : 'no_such_value')) throw error
    if ((await client.compare(dn, attribute, value)) !== isAddition) throw error
    // Whoever was faster owns the key.
    await setKeyPlace(pool, key, null)
    metrics.changes.inc({ kind, outcome: 'already_so' })
    return
  }
  await noteOutcome(pool, id, 'done')
  if (isAddition) await settleLostAnswer(pool, undefined, operation)
  else await setKeyPlace(pool, key, null)
  metrics.changes.inc({ kind, outcome: 'done' })
}
