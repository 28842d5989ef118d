import { query } from '../../../lib/database.ts'
import { findPerson, type PersonQuery, type PersonReading } from '../directory/find-person.ts'
import { dnKey } from '../dn/dn-key.ts'
import type { Pair } from '../state/pairs.ts'
import type { SyncContext } from './sync-context.ts'

type Entry = NonNullable<Pair['entry']>

/**
 * Looks for the entry of a user who has none yet, and binds the user to it for ever. An entry that another
 * user of the same GitLab has is not given away: the name was used again.
 *
 * @returns undefined if there is no entry, or more than one
 */
export const bindPerson = async (
  context: SyncContext,
  instance: string,
  pair: Pick<Pair, 'userId' | 'username' | 'email'>,
): Promise<Entry | undefined> => {
  const wanted = personQuery(context, pair)
  const reading: PersonReading =
    wanted === undefined
      ? { kind: 'not_found' }
      : await findPerson(context.client, context.mapping.people, wanted)
  if (reading.kind === 'not_known') return undefined
  if (reading.kind !== 'found') {
    await setProblem(context, instance, pair.userId, reading.kind)
    return undefined
  }
  const { dn, memberName } = reading
  const rows = await query(
    context.pool,
    `update ldap_sync.people set dn = $3, dn_key = $4, member_name = $5, bound_at = now(), problem = null
      where instance = $1 and user_id = $2
        and not exists (select from ldap_sync.people where instance = $1 and dn_key = $4)
     returning user_id`,
    [instance, pair.userId, dn, dnKey(dn, await context.isCaseExact()), memberName],
  )
  if (rows.length > 0) return { dn, memberName }
  await setProblem(context, instance, pair.userId, 'reused')
  return undefined
}

const personQuery = (
  { mapping }: SyncContext,
  { username, email }: Pick<Pair, 'username' | 'email'>,
): PersonQuery | undefined => {
  const { match } = mapping.people
  // A DN of an identity is stored by the reconciliation, which reads it from GitLab's API.
  if (match.by === 'identity') return undefined
  const value = match.by === 'username' ? username : email
  return value === undefined || value === ''
    ? undefined
    : { by: 'attribute', attribute: match.attribute, value }
}

const setProblem = (
  { pool }: SyncContext,
  instance: string,
  userId: number,
  problem: 'not_found' | 'ambiguous' | 'reused',
): Promise<unknown> =>
  query(
    pool,
    'update ldap_sync.people set problem = $3 where instance = $1 and user_id = $2 and dn is null',
    [instance, userId, problem],
  )
