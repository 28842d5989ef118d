// The only file that knows ldapts 9.2.0. Limits of it that are worked around here: both time-outs are off by
// default; any `tlsOptions` makes even `ldap://` start TLS; it reconnects silently and unbound.
import { isIP } from 'node:net'
import { AndFilter, Attribute, Change, Client, EqualityFilter, PresenceFilter } from 'ldapts'
import { withTimeLimit } from '../../../lib/time-limit.ts'
import type { Operation } from '../plan/operation.ts'
import { ldapError } from './ldap-failure.ts'
import type { Entry, LdapSettings, Search } from './ldap-settings.ts'

/** One connection to one server, bound and encrypted as the settings say. Errors are those of ldapts. */
export interface LdapSession {
  /** False once the connection is gone: it must not be used any more, because it would not be bound. */
  isBound(): boolean
  search(search: Search): Promise<Entry[]>
  compare(dn: string, attribute: string, value: string): Promise<boolean>
  send(operation: Operation): Promise<void>
  close(): Promise<void>
}

const pageSize = 500
const whoAmI = '1.3.6.1.4.1.4203.1.11.3'
const protocolError = 2

/**
 * Connects to one server, encrypts the connection, binds, and asks the server who it takes us for.
 *
 * @throws errors of ldapts, or LdapRetriableError if the server takes us for nobody
 */
export const openLdaptsSession = async (url: string, settings: LdapSettings): Promise<LdapSession> => {
  const { ca, timeoutMs, connectTimeoutMs: connectTimeout } = settings
  const tlsOptions = { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) } as const
  const client = new Client({
    url,
    timeout: timeoutMs,
    connectTimeout,
    ...(url.startsWith('ldaps:') && { tlsOptions }),
  })
  try {
    if (settings.transport === 'StartTLS' && url.startsWith('ldap:')) {
      const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
      const name = isIP(host) === 0 ? { servername: host } : {}
      await withTimeLimit(connectTimeout, client.startTLS({ ...tlsOptions, host, ...name }))
    }
    await client.bind(settings.bindDn, settings.password)
    await demandIdentity(client, url)
  } catch (error) {
    await closeClient(client)
    throw error
  }
  return sessionOf(client)
}

/** A server that does not know the request has at least accepted the bind. */
const demandIdentity = async (client: Client, url: string): Promise<void> => {
  const answer = await client.exop(whoAmI).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === protocolError) return undefined
    throw error
  })
  if (answer !== undefined && !answer.value)
    throw ldapError(`bind ${url}`, 'login', 'the server accepted the bind and takes us for nobody')
}

const closeClient = (client: Client): Promise<void> => client.unbind().catch(() => undefined)

const sessionOf = (client: Client): LdapSession => ({
  isBound: () => client.isBound,
  search: (search) => searchWith(client, search),
  compare: (dn, attribute, value) => client.compare(dn, attribute, value),
  send: (operation) => sendWith(client, operation),
  close: () => closeClient(client),
})

const searchWith = async (client: Client, search: Search): Promise<Entry[]> => {
  const { base, scope, where = [], attributes, size } = search
  const equal = where.map(([attribute, value]) => new EqualityFilter({ attribute, value }))
  // Without a size limit of ours, ldapts reports an answer that was cut as an error, not as a shorter list.
  const { searchEntries, searchReferences } = await client.search(base, {
    scope,
    filter: equal.length === 0 ? new PresenceFilter({ attribute: 'objectClass' }) : and(equal),
    attributes: [...attributes],
    ...(size === 'paged' && { paged: { pageSize } }),
  })
  if (searchReferences.length > 0)
    throw ldapError(`search ${base}`, 'not_known', 'it refers to another server, which is not followed')
  return searchEntries.map(({ dn, ...values }) => ({
    dn,
    attributes: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
    ),
  }))
}

const and = (filters: EqualityFilter[]): AndFilter => new AndFilter({ filters })

const sendWith = (client: Client, operation: Operation): Promise<void> => {
  switch (operation.op) {
    case 'add':
      return client.add(
        operation.dn,
        Object.entries(operation.attributes).map(([type, values]) => attributeOf(type, values)),
      )
    case 'delete':
      return client.del(operation.dn)
    case 'rename':
      return client.modifyDN(operation.dn, operation.newDn)
    case 'modify':
      // What is added comes first, so that an entry which needs a member has one at every moment.
      return client.modify(operation.dn, [
        ...changesOf('add', operation.attribute, operation.add),
        ...changesOf('delete', operation.attribute, operation.delete),
      ])
  }
}

const changesOf = (how: 'add' | 'delete', attribute: string, values: readonly string[]): Change[] =>
  values.length === 0 ? [] : [new Change({ operation: how, modification: attributeOf(attribute, values) })]

const attributeOf = (type: string, values: readonly string[]): Attribute =>
  new Attribute({ type, values: [...values] })
