import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { TurnedAway } from './outcome.ts'

/** What the door checks before it reads a single byte of the body. */
export interface AdmitOptions {
  secretTokens: readonly string[]
  /** Whether a signature can be verified later; then a token is not needed. */
  acceptsSignatures: boolean
  signatureToleranceMs: number
  maxBodyBytes: number
  /** Milliseconds since 1970. */
  now(): number
}

/** How a sender proves itself: its token has been checked, its signature waits for the body. */
export type Admitted = { proof: 'token' } | { proof: 'signature'; signed: Signed }

/** The headers of a Standard Webhook: https://www.standardwebhooks.com */
export interface Signed {
  id: string
  timestamp: string
  /** Each `v1,<base64>`. */
  signatures: string[]
}

export type Admit = (headers: IncomingHttpHeaders) => Admitted | TurnedAway

/** Decides by the headers alone, so that a stranger makes us buffer nothing. */
export const createAdmit = ({ secretTokens, acceptsSignatures, signatureToleranceMs, maxBodyBytes, now }: AdmitOptions): Admit => {
  const secrets = secretTokens.map(digestOf)
  return (headers) => {
    const admitted = admitSender(headers)
    if ('proof' in admitted && Number(headers['content-length'] ?? 0) > maxBodyBytes) {
      return { kind: 'too_large', reason: `the body is larger than ${maxBodyBytes} bytes` }
    }
    return admitted
  }

  function admitSender(headers: IncomingHttpHeaders): Admitted | TurnedAway {
    const signature = headers['webhook-signature']
    if (acceptsSignatures && typeof signature === 'string') return admitSigned(headers, signature)
    const token = headers['x-gitlab-token']
    if (typeof token !== 'string' || token === '') return unauthenticated('no credentials: set the secret token of the hook in GitLab')
    // All are compared, by digests of one length: time tells neither which matched nor how far.
    const digest = digestOf(token)
    const matches = secrets.filter((secret) => timingSafeEqual(secret, digest))
    return matches.length > 0 ? { proof: 'token' } : unauthenticated('the secret token is wrong')
  }

  function admitSigned(headers: IncomingHttpHeaders, signature: string): Admitted | TurnedAway {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers
    if (typeof id !== 'string' || typeof timestamp !== 'string') return unauthenticated('webhook-id or webhook-timestamp is missing')
    const ageMs = now() - Number(timestamp) * 1000
    if (!/^\d{1,12}$/.test(timestamp) || Math.abs(ageMs) > signatureToleranceMs) return unauthenticated('webhook-timestamp is not recent')
    return { proof: 'signature', signed: { id, timestamp, signatures: signature.split(' ').slice(0, 10) } }
  }
}

const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

const unauthenticated = (reason: string): TurnedAway => ({ kind: 'unauthenticated', reason })
