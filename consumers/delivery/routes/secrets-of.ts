import { basicAuth, basicAuthOf } from '../http/basic-auth.ts'
import type { Destination } from './destination.ts'

/** Whoever makes addresses with secrets makes these long. Shorter texts are words, such as `services`. */
const shortestToken = 16

/** A part of a URL as it stands there, and as the receiver reads it. */
const spellingsOf = (part: string): string[] => {
  try {
    return [part, decodeURIComponent(part)]
  } catch {
    return [part]
  }
}

/**
 * Texts that must not appear in a log, an error or an answer: also the parts of a URL that hold a secret. The
 * longest comes first, so that no part of it stays when a shorter one is taken out.
 */
export const secretsOf = (destination: Destination): string[] => {
  const { url, token = '', signing_secret = '', allHeaders } = destination
  const { pathname, search, searchParams, username, password } = new URL(url)
  const user = destination.type === 'jira' ? destination.user : undefined
  const basic = [basicAuthOf(url), user && basicAuth(user, token)]
  const encoded = basic.map((header) => header?.slice('Basic '.length) ?? '')
  // Some services take a token as the user name, without a password.
  const credentials = [username, password].flatMap(spellingsOf)
  const tokens = [...pathname.split('/').flatMap(spellingsOf), ...searchParams.values()].filter(
    (part) => part.length >= shortestToken,
  )
  const path = pathname.length > 8 ? pathname : ''
  const parts = [url, search.slice(1), path, ...tokens, ...credentials, ...encoded]
  const ofHeaders = Object.entries(allHeaders).flatMap(([name, value]) =>
    /auth|key|token|secret/i.test(name) ? value : [],
  )
  const all = [...parts, token, signing_secret, ...ofHeaders].filter((part) => part.length > 3)
  return [...new Set(all)].sort((a, b) => b.length - a.length)
}
