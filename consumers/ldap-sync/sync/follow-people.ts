import { query } from '../../../lib/database.ts'
import { personAttributes, personOf } from '../directory/find-person.ts'
import { dnKey } from '../dn/dn-key.ts'
import type { SyncContext } from './sync-context.ts'

/**
 * Reads the names of all people, and takes over the new names of those whose entries were renamed.
 *
 * @returns how many people the directory has at all: none means that the base or the filter is wrong
 * @throws LdapRetriableError
 */
export const followPeople = async (context: SyncContext): Promise<number> => {
  const { client, mapping, pool } = context
  const { base, object_class, match } = mapping.people
  const where = [['objectClass', object_class]] as const
  const matched = match.by === 'identity' ? [] : [match.attribute]
  const attributes = [...new Set([...personAttributes, ...matched])]
  const entries = await client.search({ base, scope: 'sub', where, attributes, size: 'paged' })
  const isCaseExact = await context.isCaseExact()
  const people = entries.map((entry) => personOf(entry, mapping.people)).filter(({ id }) => id !== undefined)
  await query(
    pool,
    `update ldap_sync.people
        set dn = now.dn, dn_key = now.dn_key, member_name = now.member_name
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as now(entry_id, dn, dn_key, member_name)
      where people.entry_id = now.entry_id
        and (people.dn_key, people.member_name) is distinct from (now.dn_key, now.member_name)
        and not exists (select from ldap_sync.people as other
                         where other.instance = people.instance and other.dn_key = now.dn_key
                           and other.user_id <> people.user_id)`,
    [
      ...[people.map(({ id }) => id), people.map(({ dn }) => dn)],
      ...[people.map(({ dn }) => dnKey(dn, isCaseExact)), people.map(({ memberName }) => memberName)],
    ],
  )
  return entries.length
}
