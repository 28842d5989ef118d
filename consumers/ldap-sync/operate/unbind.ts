import { query } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import type { SyncContext } from '../sync/sync-context.ts'

/**
 * Forgets to which entry a user is bound, so that the next comparison looks for it again: for example after
 * the entry was deleted and made again.
 *
 * @param instance URL of the GitLab of the user; needed where several have a user with this name
 * @returns the DN of the entry
 * @throws UsageError if nobody with this name is bound, or if it is not clear who is meant
 */
export const unbind = async (
  { pool }: Pick<SyncContext, 'pool'>,
  username: string,
  instance?: string,
): Promise<string> => {
  const bound = await query<{ instance: string; dn: string }>(
    pool,
    `select instance, dn from ldap_sync.people
      where username = $1 and dn is not null and ($2::text is null or instance = $2) order by instance`,
    [username, instance ?? null],
  )
  const [first] = bound
  if (first === undefined) {
    const where = instance === undefined ? '' : ` of ${instance}`
    throw new UsageError(`No user ${username}${where} is bound to an entry. See: bridge ldap status`)
  }
  const instances = [...new Set(bound.map((each) => each.instance))]
  if (instances.length > 1)
    throw new UsageError(
      `Several GitLabs have a user ${username}. Say which one with --instance: ${instances.join(', ')}`,
    )
  await query(
    pool,
    `update ldap_sync.people set dn = null, dn_key = null, entry_id = null, bound_at = null, problem = null
      where username = $1 and instance = $2 and dn is not null`,
    [username, first.instance],
  )
  return first.dn
}
