import { hash } from 'node:crypto'

/** The number of bytes of a hash in the tree (SHA-256). */
export const hashSize = 32

/** SHA-256 of some bytes. */
export const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer')

const leafPrefix = Buffer.of(0)
const nodePrefix = Buffer.of(1)

/** The root of the tree without leaves. https://www.rfc-editor.org/rfc/rfc6962#section-2.1 */
export const emptyRoot: Buffer = sha256(Buffer.alloc(0))

/** The hash of a leaf. The prefix keeps a leaf from being taken for a node. */
export const hashLeaf = (leaf: Uint8Array): Buffer => sha256(Buffer.concat([leafPrefix, leaf]))

/** The hash of a node from the hashes of its two children. */
export const hashNode = (left: Uint8Array, right: Uint8Array): Buffer =>
  sha256(Buffer.concat([nodePrefix, left, right]))
