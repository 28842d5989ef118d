import type { Pool } from '../../../lib/database.ts'
import { UsageError } from '../../../lib/errors.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { createTileReader } from '../store/tile-reader.ts'
import { isExtension, isIncluded } from '../tree/check-proof.ts'
import { hashLeaf } from '../tree/hashing.ts'
import { proveConsistency, proveInclusion } from '../tree/prove.ts'
import { copyRows } from './copy-rows.ts'
import { leafQuery } from './leaf-query.ts'
import { recomputeLeaf } from './recompute-leaf.ts'
import { toStoredLeaf } from './stored-leaf.ts'

/**
 * Proves that a row is in the log: the text form of https://c2sp.org/tlog-proof, with the bytes of the leaf
 * as extra data.
 *
 * @param row the index of its leaf, or the id of its delivery
 * @throws UsageError if there is no such row, if the checkpoint does not cover it, or if its stored values
 * are not those of the log
 */
export const proveRow = async (pool: Pool, row: string, checkpoint: SignedCheckpoint): Promise<string> => {
  const index = await findIndex(pool, row)
  if (index >= checkpoint.size)
    throw new UsageError(
      `The row ${index} is not anchored yet: the checkpoint covers the rows before ${checkpoint.size}.`,
    )
  const leaf = await readLeaf(pool, index)
  const proof = await proveInclusion(index, checkpoint.size, createTileReader(pool))
  if (leaf === undefined || !isIncluded(hashLeaf(leaf), index, checkpoint, proof))
    throw new UsageError(
      `The stored values of the row ${index} are not those of the log. Run \`bridge audit verify\`.`,
    )
  const lines = ['c2sp.org/tlog-proof@v1', `extra ${leaf.toString('base64')}`, `index ${index}`]
  return `${[...lines, ...inBase64(proof)].join('\n')}\n\n${checkpoint.note}`
}

/**
 * Proves that the tree of a checkpoint begins with the tree of an older one, in the form of a request of
 * https://c2sp.org/tlog-witness: the old size, the hashes, and the checkpoint.
 *
 * @throws UsageError if it does not
 */
export const proveGrowth = async (
  pool: Pool,
  old: SignedCheckpoint,
  checkpoint: SignedCheckpoint,
): Promise<string> => {
  const refuse = () => new UsageError('The newer checkpoint does not extend the older one.')
  if (old.size > checkpoint.size || old.origin !== checkpoint.origin) throw refuse()
  const proof = await proveConsistency(old.size, checkpoint.size, createTileReader(pool))
  if (!isExtension(old, checkpoint, proof)) throw refuse()
  return `${[`old ${old.size}`, ...inBase64(proof)].join('\n')}\n\n${checkpoint.note}`
}

const inBase64 = (hashes: readonly Buffer[]): string[] => hashes.map((hash) => hash.toString('base64'))

const findIndex = async (pool: Pool, row: string): Promise<number> => {
  if (/^\d{1,15}$/.test(row)) return Number(row)
  const { rows } = await pool.query<{ leaf_index: string }>(
    'select leaf_index from audit_log.events where delivery_id = $1 order by leaf_index',
    [row],
  )
  const [found, ...others] = rows.map(({ leaf_index }) => leaf_index)
  if (found === undefined)
    throw new UsageError(`No row has the leaf index or the delivery id "${row}". \`leaf_index\` names a row.`)
  if (others.length > 0)
    throw new UsageError(`The delivery has several rows: name one of ${[found, ...others].join(', ')}.`)
  return Number(found)
}

const readLeaf = async (pool: Pool, index: number): Promise<Buffer | undefined> => {
  const client = await pool.connect()
  try {
    // The connection can be used again only when the copy has been read to its end.
    const tuples = (await Array.fromAsync(copyRows(client, leafQuery(index, index + 1)))).flat()
    return tuples[0] && recomputeLeaf(toStoredLeaf(tuples[0])).leaf
  } finally {
    client.release()
  }
}
