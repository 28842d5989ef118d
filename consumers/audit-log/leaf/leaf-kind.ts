/** The version of the encoding of leaves. Verifiers reject other versions. */
export const encodingVersion = 1

/** What a leaf of the tree says. The number is a part of the leaf, so it must never change. */
export const leafKinds = {
  /** An event was received. */
  event: 1,
  /** A delivery that the log has already came again at another place of a topic. */
  repeat: 2,
  /** The ingress was down, or refused hooks. */
  interval: 3,
  /** Personal columns of some rows were erased. */
  erasure: 4,
  /** A row that is older than the tree. It is proven from the time of the seal, not before. */
  seal: 5,
  /** The rows of a month were dropped. */
  dropped_month: 6,
  /** Another key signs from here on. */
  key_change: 7,
  /** The log begins anew after a restore. */
  epoch: 8,
  /** The worker could not handle a record. It is in the dead-letter topic. */
  dead_letter: 9,
} as const

export type LeafKind = keyof typeof leafKinds
