import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { forbidden, type TurnedAway, tooLarge, unauthenticated } from '../outcome.ts'
import { addressOf, isAllowed } from './address.ts'
import { findMatch, isEqual, type Source } from './source.ts'
import type { FindSource } from './sources.ts'

/** What the door checks before it reads a single byte of the body. */
export interface AdmitOptions {
  findSource: FindSource
  trustedProxies: number
  signatureToleranceMs: number
  maxBodyBytes: number
  /** Milliseconds since 1970. */
  now(): number
}

/** Who sends, and how it proves itself: a token has been checked by its label, a signature waits for the body. */
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

/** Decides by the headers alone, so that a stranger makes us buffer nothing. */
export const createAdmit = (options: AdmitOptions): Admit => {
  const { findSource, trustedProxies, maxBodyBytes } = options
  return (request, sourceName) => {
    const source = findSource(sourceName)
    // A source that does not exist answers as one whose credentials are wrong.
    if (source === undefined) return unauthenticated('unknown_source', wrongToken)
    const address = addressOf(request, trustedProxies)
    if (!isAllowed(address, source.allowedAddresses)) {
      const reason =
        isIP(address) === 0
          ? 'X-Forwarded-For does not say which address this is'
          : 'this address may not send hooks'
      return forbidden(reason)
    }
    const admitted = checkCredentials(source, request.headers, options)
    if ('proof' in admitted && Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
      return tooLarge(maxBodyBytes)
    return admitted
  }
}

const wrongToken = 'the secret token is wrong'

type Limits = Pick<AdmitOptions, 'now' | 'signatureToleranceMs'>

const checkCredentials = (
  source: Source,
  headers: IncomingHttpHeaders,
  limits: Limits,
): Admitted | TurnedAway => {
  const signature = headers['webhook-signature']
  if (source.accepts === 'signature' || (source.accepts === 'either' && signature !== undefined))
    return checkSigned(source, headers, limits)
  const token = headers['x-gitlab-token']
  if (typeof token !== 'string' || token === '') {
    return unauthenticated('no_credentials', 'no credentials: set the secret token of the hook in GitLab')
  }
  // A header's bytes, which are UTF-8 where GitLab sends them, come as one character each.
  const given = Buffer.from(token, 'latin1')
  const match = findMatch(source.secrets, (secret) => isEqual(secret, given))
  return match === undefined
    ? unauthenticated('wrong_token', wrongToken)
    : { source, proof: 'token', label: match.label }
}

const maxSignatures = 10

const checkSigned = (
  source: Source,
  headers: IncomingHttpHeaders,
  { now, signatureToleranceMs }: Limits,
): Admitted | TurnedAway => {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') {
    return unauthenticated(
      'no_credentials',
      'not signed: set a signing token of the hook in GitLab (19.0 and later)',
    )
  }
  const ageMs = now() - Number(timestamp) * 1000
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(ageMs) > signatureToleranceMs) {
    return unauthenticated('stale_signature', 'webhook-timestamp is not recent: are the clocks right?')
  }
  const signatures = signature.split(' ').filter((part) => /^v1,[A-Za-z0-9+/]{43}=$/.test(part))
  if (signatures.length === 0)
    return unauthenticated('wrong_signature', 'webhook-signature holds no v1 signature')
  return {
    source,
    proof: 'signature',
    signed: { id, timestamp, signatures: signatures.slice(0, maxSignatures) },
  }
}
