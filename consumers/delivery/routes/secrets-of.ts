import { basicAuth, basicAuthOf } from '../http/basic-auth.ts'
import type { Destination } from './destination.ts'

/** Texts that must not appear in a log, an error or an answer: also the parts of a URL that hold a secret. */
export const secretsOf = (destination: Destination): string[] => {
  const { url, token = '', signing_secret = '', allHeaders } = destination
  const { pathname, search, password } = new URL(url)
  const user = destination.type === 'jira' ? destination.user : undefined
  const basic = [basicAuthOf(url), user && basicAuth(user, token)]
  const encoded = basic.map((header) => header?.slice('Basic '.length) ?? '')
  const parts = [url, search.slice(1), pathname.length > 8 ? pathname : '', password, ...encoded]
  const ofHeaders = Object.entries(allHeaders).flatMap(([name, value]) =>
    /auth|key|token|secret/i.test(name) ? value : [],
  )
  return [...parts, token, signing_secret, ...ofHeaders].filter((part) => part.length > 3)
}
