/** A real LDAP server for tests, with the same people and rules whichever program it is. */
export interface LdapServer {
  /** Name and version of the program. */
  readonly name: string
  readonly url: string
  /** Ends it as a crash would. Its data stay. */
  kill(): Promise<void>
  /** Starts it again on the same port, with the same data. */
  start(): Promise<void>
  /** Ends it and removes its data. */
  remove(): Promise<void>
}

export const suffix = 'dc=nordlicht,dc=example'
export const peopleBase = `ou=people,${suffix}`
export const groupBase = `ou=gitlab,${suffix}`
export const archiveBase = `ou=archive,${suffix}`
export const placeholder = `cn=nobody,${suffix}`

/** May do everything. Tests use it to look at the directory and to prepare it. */
export const admin = { dn: `cn=admin,${suffix}`, password: 'admin-password' }
/** May change everything below the suffix; the worker is this user. */
export const bridge = { dn: `cn=bridge,${suffix}`, password: 'bridge-password' }
/** May only read. */
export const reader = { dn: `cn=reader,${suffix}`, password: 'reader-password' }
/** May change everything, and does not see who is a member of a group. */
export const blind = { dn: `cn=blind,${suffix}`, password: 'blind-password' }

type NewEntry = readonly [dn: string, attributes: Readonly<Record<string, string | string[]>>]

const account = ({ dn, password }: { dn: string; password: string }): NewEntry => [
  dn,
  {
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    cn: dn.slice(3, dn.indexOf(',')),
    userPassword: password,
  },
]

/** The entries that every test finds. */
export const firstEntries: readonly NewEntry[] = [
  [suffix, { objectClass: ['dcObject', 'organization'], dc: 'nordlicht', o: 'Nordlicht' }],
  ...[peopleBase, groupBase, archiveBase].map(
    (dn): NewEntry => [dn, { objectClass: 'organizationalUnit', ou: dn.slice(3, dn.indexOf(',')) }],
  ),
  [placeholder, { objectClass: 'organizationalRole', cn: 'nobody' }],
  account(bridge),
  account(reader),
  account(blind),
]

/** The entry of a person. */
export const personEntry = (uid: string): NewEntry => [
  personDn(uid),
  {
    objectClass: ['inetOrgPerson', 'ldapPublicKey'],
    uid,
    cn: uid,
    sn: uid,
    mail: `${uid}@nordlicht.example`,
  },
]

export const personDn = (uid: string): string => `uid=${uid},${peopleBase}`
