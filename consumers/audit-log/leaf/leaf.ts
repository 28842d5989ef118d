import { type FieldValue, fieldBytes } from './field-bytes.ts'
import { encodingVersion, type LeafKind, leafKinds } from './leaf-kind.ts'

/**
 * The bytes of a leaf: the version of the encoding, the kind, the values that are never erased, and the
 * commitments to those that can be erased.
 */
export const leafBytes = (
  kind: LeafKind,
  values: readonly FieldValue[],
  commitments: readonly Uint8Array[] = [],
): Buffer => Buffer.concat([Buffer.of(encodingVersion, leafKinds[kind]), fieldBytes(values), ...commitments])
