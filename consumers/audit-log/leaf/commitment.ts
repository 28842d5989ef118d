import { sha256 } from '../tree/hashing.ts'
import { type FieldValue, fieldBytes } from './field-bytes.ts'
import { encodingVersion } from './leaf-kind.ts'

/**
 * The groups of columns that are erased together. A leaf holds one commitment for each group and not the
 * values, so the values can be erased while the leaf stays.
 */
export const fieldGroups = { identity: 1, content: 2, raw: 3 } as const

export type FieldGroup = keyof typeof fieldGroups

/** The number of random bytes of a salt: too many to try all of them. */
export const saltSize = 16

/**
 * Commits to the values of a group. Without the salt, nobody can find out by guessing which values were
 * committed.
 */
export const commitmentOf = (group: FieldGroup, salt: Uint8Array, values: readonly FieldValue[]): Buffer =>
  sha256(Buffer.concat([salt, Buffer.of(encodingVersion, fieldGroups[group]), fieldBytes(values)]))
