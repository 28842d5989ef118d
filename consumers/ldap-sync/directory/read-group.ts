import { messageOf } from '../../../lib/errors.ts'
import type { LdapClient } from './ldap-client.ts'
import { ldapFailureOf } from './ldap-failure.ts'
import type { Entry } from './ldap-settings.ts'

/** What a group of the directory holds. `unreadable`: not known, so that nothing may follow from it. */
export type GroupReading =
  | {
      kind: 'present'
      /** Values of the attribute of the members. Values that are not UTF-8 are only counted. */
      values: readonly string[]
      otherValues: number
      markers: readonly string[]
    }
  | { kind: 'absent' }
  | { kind: 'unreadable'; because: string }

export interface GroupQuery {
  dn: string
  attribute: string
  /** Whether a group of this class always has a member. One without is then one whose members are hidden. */
  memberCount: 'at least one' | 'any'
  markerAttribute: string | undefined
}

/**
 * Reads all members of a group, also where the server gives them in ranges (Active Directory returns no
 * `member` but `member;range=0-1499` for more than 1,500 members).
 *
 * @throws LdapRetriableError if the server is unavailable
 */
export const readGroup = async (client: LdapClient, query: GroupQuery): Promise<GroupReading> => {
  try {
    return await readAll(client, query)
  } catch (error) {
    const kind = ldapFailureOf(error)
    if (kind === 'absent') return { kind: 'absent' }
    if (kind === undefined || kind === 'unavailable' || kind === 'login') throw error
    return { kind: 'unreadable', because: messageOf(error) }
  }
}

const readAll = async (client: LdapClient, query: GroupQuery): Promise<GroupReading> => {
  const { dn, attribute, markerAttribute, memberCount } = query
  const read = async (wanted: readonly string[]) => {
    const entries = await client.search({ base: dn, scope: 'base', attributes: wanted, size: 'small' })
    return entries.length === 1 ? entries[0] : undefined
  }
  const entry = await read([attribute, ...(markerAttribute === undefined ? [] : [markerAttribute])])
  if (entry === undefined) return unreadable('the server does not show the entry')
  const found: (string | Buffer)[] = []
  for (let part = partOf(entry, attribute, 0); ; ) {
    if (part === undefined) return unreadable('the server did not give the range of members that was asked')
    found.push(...part.values)
    if (part.end === 'last') break
    const next = part.end + 1
    const more = await read([`${attribute};range=${next}-*`])
    part = more === undefined ? undefined : partOf(more, attribute, next)
    if (part !== undefined && part.values.length === 0) part = undefined
  }
  if (found.length === 0 && memberCount === 'at least one')
    return unreadable('the server shows no member, and a group of this class has one')
  const values = found.filter((value) => typeof value === 'string')
  return {
    kind: 'present',
    values,
    otherValues: found.length - values.length,
    markers: markerAttribute === undefined ? [] : valuesOf(entry, markerAttribute),
  }
}

const unreadable = (because: string): GroupReading => ({ kind: 'unreadable', because })

interface Part {
  values: readonly (string | Buffer)[]
  /** Index of the last value, or that this is the last part. */
  end: number | 'last'
}

/** @param start the index that the part must begin with; undefined is returned where it does not */
const partOf = (entry: Entry, attribute: string, start: number): Part | undefined => {
  const prefix = `${attribute.toLowerCase()};range=`
  const ranged = Object.entries(entry.attributes).find(([name]) => name.toLowerCase().startsWith(prefix))
  if (ranged === undefined)
    return start === 0 ? { values: attributeOf(entry, attribute), end: 'last' } : undefined
  const [, first, last] = /;range=(\d+)-(\d+|\*)$/i.exec(ranged[0]) ?? []
  if (Number(first) !== start || last === undefined) return undefined
  return { values: ranged[1], end: last === '*' ? 'last' : Number(last) }
}

/** The values of an attribute. */
export const attributeOf = (entry: Entry, attribute: string): readonly (string | Buffer)[] =>
  Object.entries(entry.attributes).find(([name]) => name.toLowerCase() === attribute.toLowerCase())?.[1] ?? []

/** The values of an attribute that are text. */
export const valuesOf = (entry: Entry, attribute: string): string[] =>
  attributeOf(entry, attribute).filter((value) => typeof value === 'string')
