import { isWithin } from '../dn/dn-key.ts'
import { isDn } from '../dn/parse-dn.ts'
import type { Mapping } from '../mapping/mapping.ts'
import type { PersonEntry } from '../plan/person-entry.ts'
import type { LdapClient } from './ldap-client.ts'
import { ldapFailureOf } from './ldap-failure.ts'
import type { Entry, Search } from './ldap-settings.ts'
import { attributeOf, valuesOf } from './read-group.ts'

/** What the directory says about one user of GitLab. */
export type PersonReading =
  | ({ kind: 'found' } & PersonEntry)
  | { kind: 'not_found' }
  | { kind: 'ambiguous' }
  /** The answer is not complete. */
  | { kind: 'not_known' }

/** What is known of a user: the value of the attribute by which people are matched, a DN, or an `id`. */
export type PersonQuery =
  | { by: 'attribute'; attribute: string; value: string }
  | { by: 'dn'; dn: string }
  | { by: 'id'; id: string }

/**
 * Attributes by which a server knows an entry whatever its name: of RFC 4530 (OpenLDAP and others), Active
 * Directory, and 389 Directory Server.
 */
const idAttributes: readonly string[] = ['entryUUID', 'objectGUID', 'nsUniqueId']

/** What is read of each person. */
export const personAttributes: readonly string[] = ['uid', ...idAttributes]

/**
 * Looks for the entry of one user below the base of people.
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
  people: Mapping['people'],
  query: PersonQuery,
): Promise<PersonReading> => {
  if (query.by === 'dn' && !(isDn(query.dn) && isWithin(query.dn, people.base))) return { kind: 'not_found' }
  const entries = await client.search(searchFor(people, query)).catch((error: unknown) => {
    if (query.by === 'dn' && ldapFailureOf(error) === 'absent') return []
    throw error
  })
  const [entry, ...others] = entries
  if (entry === undefined) return { kind: 'not_found' }
  if (others.length > 0) return { kind: 'ambiguous' }
  return { kind: 'found', ...personOf(entry, people) }
}

const searchFor = ({ base, object_class }: Mapping['people'], query: PersonQuery): Search => {
  const where: [string, string | Buffer][] = [['objectClass', object_class]]
  if (query.by === 'attribute') where.push([query.attribute, query.value])
  if (query.by === 'id') {
    const [attribute = '', value = ''] = query.id.split(' ')
    where.push([attribute, Buffer.from(value, 'hex')])
  }
  const matched = query.by === 'attribute' ? [query.attribute] : []
  return {
    ...(query.by === 'dn' ? { base: query.dn, scope: 'base' } : { base, scope: 'sub' }),
    where,
    attributes: [...new Set([...personAttributes, ...matched])],
    size: 'small',
  }
}

/** Reads the entry of a person. */
export const personOf = (entry: Entry, { match }: Mapping['people']): PersonEntry => {
  const matched = match.by === 'identity' ? [] : valuesOf(entry, match.attribute)
  const [id] = idAttributes.flatMap((name) =>
    attributeOf(entry, name).map((value) => `${name} ${Buffer.from(value).toString('hex')}`),
  )
  return { dn: entry.dn, memberName: valuesOf(entry, 'uid')[0] ?? matched[0] ?? '', id }
}
