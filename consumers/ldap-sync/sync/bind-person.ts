import { query } from '../../../lib/database.ts'
import { findPerson, type PersonQuery, type PersonReading } from '../directory/find-person.ts'
import { dnKey } from '../dn/dn-key.ts'
import type { PersonEntry } from '../plan/person-entry.ts'
import type { Pair } from '../state/pairs.ts'
import { findIdentity } from './find-identity.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Looks for the entry of a user who has none yet, and binds the user to it for ever. An entry that another
 * user of the same GitLab has is not given away: the name was used again.
 *
 * @returns undefined if there is no entry, or more than one
 * @throws LdapRetriableError, GitlabRetriableError
 */
export const bindPerson = async (
  context: SyncContext,
  instance: string,
  pair: Pick<Pair, 'userId' | 'username' | 'email'>,
): Promise<PersonEntry | undefined> => {
  const wanted = await personQuery(context, instance, pair)
  const reading: PersonReading =
    'kind' in wanted ? wanted : await findPerson(context.client, context.mapping.people, wanted)
  if (reading.kind === 'found') return bindTo(context, instance, pair.userId, reading)
  if (reading.kind !== 'not_known') await setProblem(context, instance, pair.userId, reading.kind)
  return undefined
}

/**
 * The entry of a user who was bound before. Somebody may have renamed or moved it since, which the server
 * tells by the id of the entry. An entry with the old name and another id belongs to somebody else.
 *
 * @returns `gone` if no entry has the id any more; `not_known` if the directory does not say it
 * @throws LdapRetriableError
 */
export const followPerson = async (
  context: SyncContext,
  instance: string,
  userId: number,
  bound: PersonEntry,
): Promise<PersonEntry | 'gone' | 'not_known'> => {
  const { client, mapping } = context
  const bindAgain = async (entry: PersonEntry) =>
    (await bindTo(context, instance, userId, entry)) ?? 'not_known'
  const there = await findPerson(client, mapping.people, { by: 'dn', dn: bound.dn })
  if (there.kind === 'not_known') return 'not_known'
  if (there.kind === 'found' && (bound.id === undefined || bound.id === there.id))
    return bound.id === there.id ? bound : bindAgain({ ...bound, id: there.id })
  const moved =
    bound.id === undefined ? there : await findPerson(client, mapping.people, { by: 'id', id: bound.id })
  if (moved.kind === 'found') return bindAgain(moved)
  if (moved.kind === 'not_known') return 'not_known'
  await setProblem(context, instance, userId, there.kind === 'found' ? 'reused' : 'not_found')
  // Without an id, an entry that was renamed looks like one that is gone.
  return bound.id === undefined || moved.kind !== 'not_found' ? 'not_known' : 'gone'
}

const bindTo = async (
  context: SyncContext,
  instance: string,
  userId: number,
  { dn, memberName, id }: PersonEntry,
): Promise<PersonEntry | undefined> => {
  const rows = await query(
    context.pool,
    `update ldap_sync.people
        set dn = $3, dn_key = $4, member_name = $5, entry_id = $6, bound_at = coalesce(bound_at, now()),
            problem = null
      where instance = $1 and user_id = $2 and not exists
        (select from ldap_sync.people where instance = $1 and dn_key = $4 and user_id <> $2)
     returning user_id`,
    [instance, userId, dn, dnKey(dn, await context.isCaseExact()), memberName, id ?? null],
  )
  if (rows.length > 0) return { dn, memberName, id }
  await setProblem(context, instance, userId, 'reused')
  return undefined
}

const personQuery = async (
  context: SyncContext,
  instance: string,
  { userId, username, email }: Pick<Pair, 'userId' | 'username' | 'email'>,
): Promise<PersonQuery | Extract<PersonReading, { kind: 'not_found' | 'not_known' }>> => {
  const { match } = context.mapping.people
  if (match.by === 'identity') return findIdentity(context, instance, userId, match.provider)
  const value = match.by === 'username' ? username : email
  return value === undefined || value === ''
    ? { kind: 'not_found' }
    : { by: 'attribute', attribute: match.attribute, value }
}

const setProblem = (
  { pool }: SyncContext,
  instance: string,
  userId: number,
  problem: 'not_found' | 'ambiguous' | 'reused',
): Promise<unknown> =>
  query(pool, 'update ldap_sync.people set problem = $3 where instance = $1 and user_id = $2', [
    instance,
    userId,
    problem,
  ])
