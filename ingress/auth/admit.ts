import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { forbidden, type TurnedAway, tooLarge, unauthenticated } from '../outcome.ts'
import { addressOf, isAllowed } from './address.ts'
import { findMatch, isEqual, type Source } from './source.ts'
import type { WatchedSources } from './watch-sources.ts'

/** Settings of the checks that are made before the first byte of a body is read. */
export interface AdmitOptions {
  sources: Pick<WatchedSources, 'find' | 'decoyOf'>
  /** How many proxies in front of us write X-Forwarded-For. */
  trustedProxies: number
  signatureToleranceMs: number
  maxBodyBytes: number
  /** Milliseconds since 1970. */
  now(): number
}

/**
 * The source of a request and its proof. A token is verified already; a signature is verified with the body.
 */
export type Admitted = { source: Source } & (
  | { proof: 'token'; label: string }
  | { proof: 'signature'; signed: Signed }
)

/** The headers of a Standard Webhook: https://www.standardwebhooks.com */
export interface Signed {
  id: string
  timestamp: string
  /** Each `v1,<base64>`. */
  signatures: string[]
}

export type Admit = (request: IncomingMessage, sourceName: string) => Admitted | TurnedAway

/**
 * Decides by address and headers alone, so that a sender without credentials cannot make us buffer a body.
 * An unknown source is checked like a known one, against a decoy, so that its answers are the same.
 */
export const createAdmit = (options: AdmitOptions): Admit => {
  const { find, decoyOf } = options.sources
  return (request, sourceName) => {
    const known = find(sourceName)
    if (known !== undefined) return check(known, request, options)
    const result = check(decoyOf(sourceName), request, options)
    return 'reason' in result ? { ...result, rejection: 'unknown_source' } : result
  }
}

const check = (source: Source, request: IncomingMessage, options: AdmitOptions): Admitted | TurnedAway => {
  const { trustedProxies, maxBodyBytes } = options
  const address = addressOf(request, trustedProxies)
  if (!isAllowed(address, source.allowedAddresses)) return forbidden(addressReason(address))
  const result = checkCredentials(source, request.headers, options)
  if ('reason' in result) return result
  const announcedBytes = Number(request.headers['content-length'] ?? 0)
  return announcedBytes > maxBodyBytes ? tooLarge(maxBodyBytes) : result
}

const addressReason = (address: string): string =>
  isIP(address) === 0
    ? 'X-Forwarded-For does not name the address of the sender'
    : 'this address may not send hooks'

type Limits = Pick<AdmitOptions, 'now' | 'signatureToleranceMs'>

const checkCredentials = (
  source: Source,
  headers: IncomingHttpHeaders,
  limits: Limits,
): Admitted | TurnedAway => {
  const isSigned = headers['webhook-signature'] !== undefined
  return source.accepts === 'signature' || (source.accepts === 'either' && isSigned)
    ? checkSigned(source, headers, limits)
    : checkToken(source, headers)
}

const checkToken = (source: Source, headers: IncomingHttpHeaders): Admitted | TurnedAway => {
  const token = headers['x-gitlab-token']
  if (typeof token !== 'string' || token === '')
    return unauthenticated(
      'no_credentials',
      'the hook has no credentials: set the secret token of the hook in GitLab',
    )
  // GitLab sends the token in UTF-8. Node gives each byte of a header as one character.
  const given = Buffer.from(token, 'latin1')
  const match = findMatch(source.secrets, (secret) => isEqual(secret, given))
  if (match === undefined) return unauthenticated('wrong_token', 'the secret token is wrong')
  return { source, proof: 'token', label: match.label }
}

/** More signatures than this are ignored, so that one request cannot cost many comparisons. */
const maxSignatures = 10

const checkSigned = (
  source: Source,
  headers: IncomingHttpHeaders,
  { now, signatureToleranceMs }: Limits,
): Admitted | TurnedAway => {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string')
    return unauthenticated(
      'no_credentials',
      'the hook is not signed: set a signing token of the hook in GitLab (19.0 and later)',
    )
  const ageMs = now() - Number(timestamp) * 1000
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(ageMs) > signatureToleranceMs)
    return unauthenticated(
      'stale_signature',
      'webhook-timestamp is too old or in the future: compare the clocks of GitLab and of the bridge',
    )
  const signatures = signature.split(' ').filter((part) => /^v1,[A-Za-z0-9+/]{43}=$/.test(part))
  if (signatures.length === 0)
    return unauthenticated('wrong_signature', 'webhook-signature contains no v1 signature')
  return {
    source,
    proof: 'signature',
    signed: { id, timestamp, signatures: signatures.slice(0, maxSignatures) },
  }
}
