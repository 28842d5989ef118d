import type { Mapping } from '../mapping/mapping.ts'
import type { LdapClient } from './ldap-client.ts'
import { ldapFailureOf } from './ldap-failure.ts'
import { valuesOf } from './read-group.ts'

/** What the directory says about one user of GitLab. */
export type PersonReading =
  | { kind: 'found'; dn: string; memberName: string }
  | { kind: 'not_found' }
  | { kind: 'ambiguous' }
  /** The answer is not complete. */
  | { kind: 'not_known' }

/** What is known of a user: the value of the one attribute by which people are matched, or a DN. */
export type PersonQuery = { by: 'attribute'; attribute: string; value: string } | { by: 'dn'; dn: string }

/**
 * Looks for the entry of one user. Names in `posixGroup` are the value of `uid`, or of the attribute by which
 * people are matched.
 *
 * @throws LdapRetriableError
 */
export const findPerson = (
  client: LdapClient,
  people: Mapping['people'],
  query: PersonQuery,
): Promise<PersonReading> =>
  find(client, people, query).catch((error: unknown) => {
    if (ldapFailureOf(error) === 'not_known') return { kind: 'not_known' }
    throw error
  })

const find = async (
  client: LdapClient,
  { base, object_class }: Mapping['people'],
  query: PersonQuery,
): Promise<PersonReading> => {
  const nameAttribute = query.by === 'attribute' ? query.attribute : 'uid'
  const entries = await client
    .search({
      base: query.by === 'dn' ? query.dn : base,
      scope: query.by === 'dn' ? 'base' : 'sub',
      where: [
        ['objectClass', object_class],
        ...(query.by === 'attribute' ? ([[query.attribute, query.value]] as const) : []),
      ],
      attributes: [...new Set(['uid', nameAttribute])],
      size: 'small',
    })
    .catch((error: unknown) => {
      if (query.by === 'dn' && ldapFailureOf(error) === 'absent') return []
      throw error
    })
  const [entry, ...others] = entries
  if (entry === undefined) return { kind: 'not_found' }
  if (others.length > 0) return { kind: 'ambiguous' }
  const memberName = valuesOf(entry, 'uid')[0] ?? valuesOf(entry, nameAttribute)[0] ?? ''
  return { kind: 'found', dn: entry.dn, memberName }
}
