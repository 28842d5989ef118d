import type { Pool } from '../../../lib/database.ts'
import { RetriableError } from '../../../lib/errors.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { createTileReader } from '../store/tile-reader.ts'
import { isExtension } from '../tree/check-proof.ts'
import { proveConsistency } from '../tree/prove.ts'

/** Whether the log in the database begins with the leaves of a checkpoint. Damaged tiles do not. */
export const doesExtend = async (
  pool: Pool,
  old: SignedCheckpoint,
  head: { size: number; root: Buffer },
): Promise<boolean> => {
  if (old.size > head.size) return false
  const proof = await proveConsistency(old.size, head.size, createTileReader(pool)).catch(
    (error: unknown) => {
      if (error instanceof RetriableError) throw error
      return undefined
    },
  )
  return proof !== undefined && isExtension(old, head, proof)
}
