import { messageOf } from '../../../lib/errors.ts'
import { createMutex } from '../../../lib/mutex.ts'
import type { Operation } from '../plan/operation.ts'
import { type LdapFailureKind, ldapError, ldapFailureOf, translateError } from './ldap-failure.ts'
import type { Entry, LdapSettings, Search } from './ldap-settings.ts'
import { type LdapSession, openLdaptsSession } from './ldapts-session.ts'
import { createLoginPause } from './login-pause.ts'

/**
 * A connection to one of the LDAP servers. It is opened with the first request, and again after it broke. One
 * request runs at a time. Every method throws LdapRetriableError or LdapPermanentError (see ldap-failure.ts).
 */
export interface LdapClient {
  /** All entries that match. Throws `not_known` if the answer may not be complete. */
  search(search: Search): Promise<Entry[]>
  /** Whether the entry has this value. */
  compare(dn: string, attribute: string, value: string): Promise<boolean>
  send(operation: Operation): Promise<void>
  close(): Promise<void>
}

/** What a request is called in the metrics. */
export type RequestName = 'bind' | 'search' | 'compare' | 'add' | 'modify' | 'rename' | 'delete'

/** What is told about requests and connections. */
export interface LdapObserver {
  onRequest(name: RequestName, seconds: number): void
  onConnected(url: string): void
  /** @param kind undefined: not by a failure */
  onDisconnected(reason: string, kind?: LdapFailureKind): void
}

export const createLdapClient = (
  settings: LdapSettings,
  observer: LdapObserver,
  now: () => number = Date.now,
): LdapClient => {
  let current: LdapSession | undefined
  const pause = createLoginPause(now)
  const mutex = createMutex()

  const drop = async (reason: string, kind?: LdapFailureKind) => {
    const dropped = current
    current = undefined
    observer.onDisconnected(reason, kind)
    await dropped?.close()
  }
  const measure = async <T>(name: RequestName, act: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now()
    try {
      return await act()
    } finally {
      observer.onRequest(name, (performance.now() - startedAt) / 1000)
    }
  }
  const session = async (): Promise<LdapSession> => {
    if (current?.isBound()) return current
    if (current !== undefined) await drop('the connection was lost')
    const opened = await pause(() => measure('bind', () => openFirst(settings)))
    observer.onConnected(opened.url)
    current = opened.session
    return current
  }
  const request = <T>(name: RequestName, dn: string, act: (session: LdapSession) => Promise<T>): Promise<T> =>
    mutex(async () => {
      try {
        const opened = await session()
        return await measure(name, () => act(opened))
      } catch (error) {
        const translated = translateError(`${name} ${dn}`, error)
        const kind = ldapFailureOf(translated)
        if (kind === 'unavailable' || kind === 'login') await drop(translated.message, kind)
        throw translated
      }
    })

  return {
    search: (search) => request('search', search.base, (opened) => opened.search(search)),
    compare: (dn, attribute, value) =>
      request('compare', dn, (opened) => opened.compare(dn, attribute, value)).catch((error: unknown) => {
        // So answers an entry that has no value of the attribute at all.
        if (ldapFailureOf(error) === 'no_such_value') return false
        throw error
      }),
    send: (operation) => request(operation.op, operation.dn, (opened) => opened.send(operation)),
    close: () => mutex(() => drop('the connection is closed')),
  }
}

/**
 * Tries one server after the other. A refused login ends the search: more attempts with a wrong password
 * would lock the user.
 */
const openFirst = async (settings: LdapSettings) => {
  const reasons: string[] = []
  for (const url of settings.urls) {
    try {
      return { url, session: await openLdaptsSession(url, settings) }
    } catch (error) {
      const translated = translateError(`connect ${url}`, error)
      if (ldapFailureOf(translated) === 'login') throw translated
      reasons.push(`${url}: ${messageOf(error)}`)
    }
  }
  throw ldapError('connect', 'unavailable', `no server can be used: ${reasons.join('; ')}`)
}
