import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { UsageError } from '../../../lib/errors.ts'
import { isKeyName, keyIdOf, signatureTypes } from './key-name.ts'

/** A key that signs notes. */
export interface SignerKey {
  name: string
  keyId: Buffer
  /** The public key in the text form of `readVerifierKey`. It may be published. */
  verifierKey: string
  sign(text: Buffer): Buffer
}

const prefix = 'PRIVATE+KEY+'

/** What comes before the 32 bytes of a private Ed25519 key in the format PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * Reads a private key as Go's package golang.org/x/mod/sumdb/note writes it:
 * `PRIVATE+KEY+<name>+<key id in hexadecimal>+<base64 of 0x01 and the 32 bytes of the key>`.
 *
 * @throws UsageError if the text is no such key; it never contains the text
 */
export const readSignerKey = (text: string): SignerKey => {
  const [name = '', idText = '', keyText = '', ...rest] = text.trim().slice(prefix.length).split('+')
  // Base64 has plus signs of its own.
  const key = Buffer.from([keyText, ...rest].join('+'), 'base64')
  if (!text.trim().startsWith(prefix) || !isKeyName(name) || key.length !== 33 || key[0] !== 1)
    throw new UsageError(
      'The signing key of the audit log is not in the form PRIVATE+KEY+<name>+<key id>+<key>. ' +
        'Restore the file, or name another one in AUDIT_LOG_SIGNING_KEY_FILE.',
    )
  const signer = signerOf(name, key.subarray(1))
  if (signer.keyId.toString('hex') !== idText)
    throw new UsageError(
      `The id ${idText} in the signing key of the audit log does not belong to its name and its key. ` +
        'Restore the file, or name another one in AUDIT_LOG_SIGNING_KEY_FILE.',
    )
  return signer
}

/** Makes a new private key, in the text form that `readSignerKey` reads. */
export const generateSignerKey = (name: string): string => {
  const seed = generateKeyPairSync('ed25519')
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .subarray(-32)
  const { keyId } = signerOf(name, seed)
  return `${prefix}${name}+${keyId.toString('hex')}+${typed(seed).toString('base64')}`
}

const signerOf = (name: string, seed: Buffer): SignerKey => {
  const der = Buffer.concat([pkcs8Prefix, seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = rawPublicKey(privateKey)
  const keyId = keyIdOf(name, signatureTypes.ed25519, publicKey)
  return {
    name,
    keyId,
    verifierKey: `${name}+${keyId.toString('hex')}+${typed(publicKey).toString('base64')}`,
    sign: (text) => sign(null, text, privateKey),
  }
}

const rawPublicKey = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)

const typed = (key: Buffer): Buffer => Buffer.concat([Buffer.of(signatureTypes.ed25519), key])
