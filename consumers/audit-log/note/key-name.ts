import { sha256 } from '../tree/hashing.ts'

/** The kinds of Ed25519 signatures below a note. https://c2sp.org/signed-note#signature-types */
export const signatureTypes = {
  /** A signature of the text. */
  ed25519: 0x01,
  /** A signature of a witness, of the text and the time. https://c2sp.org/tlog-cosignature */
  cosignature: 0x04,
} as const

export type SignatureType = (typeof signatureTypes)[keyof typeof signatureTypes]

/** Whether a text can be the name of a key: not empty, without white space and without a plus sign. */
export const isKeyName = (name: string): boolean => /^[^\s+]+$/u.test(name)

/** Tells the keys of one name from each other: the first four bytes of a digest of the public key. */
export const keyIdOf = (name: string, type: SignatureType, publicKey: Uint8Array): Buffer =>
  sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey])).subarray(0, 4)
