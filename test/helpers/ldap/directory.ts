import { Attribute, Change, Client } from 'ldapts'
import { admin, firstEntries, type LdapServer, personEntry, suffix } from './ldap-server.ts'

/** The directory as an administrator sees it, beside the worker. */
export interface TestDirectory {
  add(dn: string, attributes: Readonly<Record<string, string | string[]>>): Promise<void>
  addPeople(uids: readonly string[]): Promise<void>
  addValue(dn: string, attribute: string, value: string): Promise<void>
  removeValue(dn: string, attribute: string, value: string): Promise<void>
  remove(dn: string): Promise<void>
  rename(dn: string, newDn: string): Promise<void>
  /** The values of an attribute, sorted; undefined if there is no such entry. */
  values(dn: string, attribute: string): Promise<string[] | undefined>
  /** The DNs of all entries below one, sorted. */
  below(dn: string): Promise<string[]>
  /** Everything below the suffix, as one text that is equal for equal directories. */
  dump(): Promise<string>
}

/** Opens a connection for each call, so that the server may be killed in between. */
export const directoryOf = (server: Pick<LdapServer, 'url'>): TestDirectory => {
  const withClient = async <T>(act: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({
      url: server.url,
      timeout: 10_000,
      connectTimeout: 5000,
      ...(server.url.startsWith('ldaps') && { tlsOptions: { rejectUnauthorized: false } }),
    })
    try {
      await client.bind(admin.dn, admin.password)
      return await act(client)
    } finally {
      await client.unbind().catch(() => undefined)
    }
  }
  const change = (operation: 'add' | 'delete') => (dn: string, type: string, value: string) =>
    withClient((client) =>
      client.modify(dn, new Change({ operation, modification: new Attribute({ type, values: [value] }) })),
    )
  return {
    add: (dn, attributes) => withClient((client) => client.add(dn, attributes)),
    addPeople: (uids) =>
      withClient(async (client) => {
        for (const uid of uids) await client.add(...personEntry(uid))
      }),
    addValue: change('add'),
    removeValue: change('delete'),
    remove: (dn) => withClient((client) => client.del(dn)),
    rename: (dn, newDn) => withClient((client) => client.modifyDN(dn, newDn)),
    values: (dn, attribute) =>
      withClient(async (client) => {
        try {
          const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [attribute] })
          return [searchEntries[0]?.[attribute] ?? []].flat().map(String).sort()
        } catch (error) {
          if ((error as { code?: unknown }).code === 32) return undefined
          throw error
        }
      }),
    below: (dn) =>
      withClient(async (client) => {
        const { searchEntries } = await client.search(dn, { scope: 'sub', attributes: ['1.1'], paged: true })
        return searchEntries
          .map((entry) => entry.dn)
          .filter((each) => each !== dn)
          .sort()
      }),
    dump: () =>
      withClient(async (client) => {
        const { searchEntries } = await client.search(suffix, {
          scope: 'sub',
          attributes: ['*', 'memberOf'],
          paged: true,
        })
        return searchEntries
          .map((entry) => JSON.stringify(entry))
          .sort()
          .join('\n')
      }),
  }
}

/** Adds what every test finds. */
export const seedDirectory = async (server: LdapServer): Promise<TestDirectory> => {
  const directory = directoryOf(server)
  for (const [dn, attributes] of firstEntries) await directory.add(dn, attributes)
  return directory
}
