import { createHmac } from 'node:crypto'
import { type TurnedAway, unauthenticated } from '../outcome.ts'
import type { Admitted, Signed } from './admit.ts'
import { findMatch, isEqual } from './source.ts'

/** The credential that proved the identity of a sender. */
export interface Proven {
  by: 'token' | 'signature'
  /** Position of the credential in the configuration, from 1. */
  label: string
}

/** Completes the proof. A token was verified at admission; a signature covers the bytes of the body. */
export const authenticate = (admitted: Admitted, body: Buffer): Proven | TurnedAway => {
  if (admitted.proof === 'token') return { by: 'token', label: admitted.label }
  const { source, signed } = admitted
  const signatures = signed.signatures.map((signature) =>
    Buffer.from(signature.slice('v1,'.length), 'base64'),
  )
  const match = findMatch(source.signingKeys, (key) => {
    const expected = macOf(key, signed, body)
    // Every signature is compared, so that the time taken does not reveal which one matched.
    return signatures.filter((signature) => isEqual(expected, signature)).length > 0
  })
  if (match !== undefined) return { by: 'signature', label: match.label }
  const rejection = source.isDecoy ? 'unknown_source' : 'wrong_signature'
  return unauthenticated(rejection, 'the signature is wrong')
}

/**
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */
const macOf = (key: Buffer, { id, timestamp }: Signed, body: Buffer): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
