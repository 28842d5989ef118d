import { createHmac } from 'node:crypto'
import { type TurnedAway, unauthenticated } from '../outcome.ts'
import type { Admitted, Signed } from './admit.ts'
import { findMatch, isEqual } from './source.ts'

/** A sender that is who it says it is, by which of its credentials. */
export interface Proven {
  by: 'token' | 'signature'
  label: string
}

/** The second half of the proof: a token was checked at admission, a signature covers the raw bytes. */
export const authenticate = (admitted: Admitted, body: Buffer): Proven | TurnedAway => {
  if (admitted.proof === 'token') return { by: 'token', label: admitted.label }
  const signatures = admitted.signed.signatures.map((signature) =>
    Buffer.from(signature.slice('v1,'.length), 'base64'),
  )
  const match = findMatch(admitted.source.signingKeys, (key) => {
    const expected = macOf(key, admitted.signed, body)
    return signatures.filter((signature) => isEqual(expected, signature)).length > 0
  })
  return match === undefined
    ? unauthenticated('wrong_signature', 'the signature is wrong')
    : { by: 'signature', label: match.label }
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const macOf = (key: Buffer, { id, timestamp }: Signed, body: Buffer): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
