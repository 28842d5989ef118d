import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Admitted } from './admit.ts'
import type { TurnedAway } from './outcome.ts'

/** Undefined where the sender is who it says it is. */
export type Authenticate = (admitted: Admitted, body: Buffer) => TurnedAway | undefined

/**
 * The second half of the proof: a token was checked at admission, a signature covers the raw bytes.
 *
 * @param signingTokens each `whsec_` and the key in base64
 */
export const createAuthenticate = (signingTokens: readonly string[]): Authenticate => {
  const keys = signingTokens.map((token) => Buffer.from(token.replace('whsec_', ''), 'base64'))
  return (admitted, body) => {
    if (admitted.proof === 'token') return undefined
    const { id, timestamp, signatures } = admitted.signed
    const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest())
    const given = signatures
      .filter((signature) => signature.startsWith('v1,'))
      .map((signature) => Buffer.from(signature.slice(3), 'base64'))
    const isProven = expected.some((mac) => given.some((candidate) => candidate.length === mac.length && timingSafeEqual(candidate, mac)))
    return isProven ? undefined : { kind: 'unauthenticated', reason: 'the signature is wrong' }
  }
}
