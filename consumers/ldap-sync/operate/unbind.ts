import { query } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import type { SyncContext } from '../sync/sync-context.ts'

/**
 * Forgets to which entry a user is bound, so that the next comparison looks for it again: for example after
 * the entry was deleted and made again.
 *
 * @returns the DN of the entry
 * @throws UsageError if nobody with this name is bound
 */
export const unbind = async ({ pool }: Pick<SyncContext, 'pool'>, username: string): Promise<string> => {
  const [row] = await query<{ dn: string }>(
    pool,
    `update ldap_sync.people set dn = null, dn_key = null, entry_id = null, bound_at = null, problem = null
       from (select instance, user_id, dn from ldap_sync.people where username = $1 and dn is not null) as old
      where people.instance = old.instance and people.user_id = old.user_id
     returning old.dn`,
    [username],
  )
  if (row === undefined)
    throw new UsageError(`No user ${username} is bound to an entry. See: bridge ldap status`)
  return row.dn
}
