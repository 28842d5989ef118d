import { ldapFailureOf } from '../directory/ldap-failure.ts'
import type { Proposed, ValueChange } from '../plan/change.ts'
import type { Operation } from '../plan/operation.ts'
import { noteOutcome, noteSending, type Run } from '../state/journal.ts'
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

/** Adds or removes one key. A key that is there already is not ours, and stays. */
export const executeKey = async (context: SyncContext, run: Run, { key, item }: KeyPlan): Promise<void> => {
  const { pool, client, metrics } = context
  const { kind, dn, value } = item.change
  const isAddition = kind === 'add_key'
  if (isAddition && (await client.compare(dn, attribute, value))) return
  const values = { add: isAddition ? [value] : [], delete: isAddition ? [] : [value] }
  const operation: Operation = { op: 'modify', dn, attribute, ...values }
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
  let outcome: 'done' | 'already_so' = 'done'
  try {
    await sendNoted(context, id, operation, [item])
  } catch (error) {
    const failure = ldapFailureOf(error)
    if (failure !== (isAddition ? 'value_exists' : 'no_such_value')) throw error
    if ((await client.compare(dn, attribute, value)) !== isAddition) throw error
    outcome = 'already_so'
  }
  await noteOutcome(pool, id, 'done')
  if (!isAddition) await setKeyPlace(pool, key, null)
  metrics.changes.inc({ kind, outcome })
}
