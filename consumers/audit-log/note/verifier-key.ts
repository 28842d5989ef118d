import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { UsageError } from '../../../lib/errors.ts'
import { isKeyName, keyIdOf, type SignatureType, signatureTypes } from './key-name.ts'

/** A public key that checks signatures of notes. */
export interface VerifierKey {
  name: string
  keyId: Buffer
  type: SignatureType
  /** The key in its text form. */
  text: string
  isValid(text: Buffer, signature: Buffer): boolean
}

/** What comes before the 32 bytes of a public Ed25519 key in the format SubjectPublicKeyInfo. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Reads a public key: `<name>+<key id in hexadecimal>+<base64 of the type and the 32 bytes of the key>`. The
 * type is 0x01 for a log and 0x04 for a witness. https://c2sp.org/signed-note#verifier-keys
 *
 * @throws UsageError if the text is no such key
 */
export const readVerifierKey = (text: string): VerifierKey => {
  const [name = '', idText = '', ...rest] = text.trim().split('+')
  const key = Buffer.from(rest.join('+'), 'base64')
  const type = Object.values(signatureTypes).find((known) => known === key[0])
  if (!isKeyName(name) || type === undefined || key.length !== 33)
    throw new UsageError(
      `The verifier key "${text.trim()}" is not in the form <name>+<key id>+<Ed25519 key in base64>.`,
    )
  const keyId = keyIdOf(name, type, key.subarray(1))
  if (keyId.toString('hex') !== idText)
    throw new UsageError(`The id ${idText} of the verifier key ${name} does not belong to its name and key.`)
  const der = Buffer.concat([spkiPrefix, key.subarray(1)])
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return { name, keyId, type, text: text.trim(), isValid: checks[type](publicKey) }
}

type Check = (publicKey: KeyObject) => VerifierKey['isValid']

const checks: Readonly<Record<SignatureType, Check>> = {
  [signatureTypes.ed25519]: (publicKey) => (text, signature) => verify(null, text, publicKey, signature),
  // The signature begins with the time in seconds since 1970, which is a part of the signed message.
  [signatureTypes.cosignature]: (publicKey) => (text, signature) => {
    if (signature.length !== 72) return false
    const header = `cosignature/v1\ntime ${signature.readBigUInt64BE()}\n`
    return verify(null, Buffer.concat([Buffer.from(header), text]), publicKey, signature.subarray(8))
  },
}
