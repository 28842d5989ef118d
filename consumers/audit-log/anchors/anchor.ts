import type { Checkpoint } from '../note/checkpoint.ts'

/** A checkpoint with its signatures, as it is stored outside of the database. */
export interface SignedCheckpoint extends Checkpoint {
  note: string
}

/** The hashes that prove that the tree of a checkpoint extends the tree of an older size. */
export type ProveFrom = (oldSize: number) => Promise<Buffer[]>

/** A place outside of the database that keeps checkpoints. */
export interface Anchor {
  /** How logs name it. It contains no secret. */
  name: string
  /** A witness refuses what does not extend its newest checkpoint, so it is asked before all others. */
  isWitness?: true
  /**
   * Stores a checkpoint. Resolves once it is stored.
   *
   * @throws ForkedError if the place has a checkpoint that this one does not extend; RetriableError if the
   * place does not answer or refuses
   */
  store(checkpoint: SignedCheckpoint, proveFrom: ProveFrom): Promise<void>
}

/** The log is not an extension of what was anchored: it was rolled back, edited or replaced. */
export class ForkedError extends Error {
  override readonly name = 'ForkedError'
}
