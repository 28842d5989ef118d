import type { Pool } from '../../../lib/database.ts'
import { hashSize } from '../tree/hashing.ts'
import { hashesOf, type ReadTile } from '../tree/subtree.ts'
import { tileOf, tileWidth } from '../tree/tile.ts'
import type { Absences } from './absences.ts'
import { copyRows } from './copy-rows.ts'
import type { Fault } from './fault.ts'
import { leafQuery } from './leaf-query.ts'
import { type StoredLeaf, toStoredLeaf } from './stored-leaf.ts'
import { type Mismatch, verifyBlock } from './verify-block.ts'

/** What all rows of the log gave. */
export interface RangeResult {
  /** The root of each tile of leaves. */
  blockRoots: Buffer[]
  faults: Fault[]
  mismatches: Mismatch[]
}

/** How many tiles of leaves one query reads: 16,384 leaves. */
const blocksPerQuery = 64

/**
 * Reads all rows, several ranges at a time, and compares them with the tiles.
 *
 * @param size the number of leaves
 * @param absences what is no longer stored, as the log says
 * @param snapshot in which all ranges are read, so that rows that are appended meanwhile are not seen
 * @param jobs how many ranges are read at the same time
 */
export const verifyRanges = async (
  pool: Pool,
  { size, snapshot, absences }: Pick<BlockRange, 'size' | 'snapshot' | 'absences'>,
  readTile: ReadTile,
  jobs: number,
): Promise<RangeResult> => {
  const result: RangeResult = { blockRoots: [], faults: [], mismatches: [] }
  const blocks = Math.ceil(size / tileWidth)
  // The last range has no end, so that it finds rows behind the end of the tree. An empty tree has it, too.
  const starts = Array.from({ length: Math.max(1, Math.ceil(blocks / blocksPerQuery)) }, (_, at) => at)
  const next = starts.values()
  const work = async () => {
    for (const at of next) {
      const first = at * blocksPerQuery
      const last = Math.min(blocks, first + blocksPerQuery)
      const isOpen = at === starts.length - 1
      await verifyRange(pool, { first, last, isOpen, size, snapshot, absences }, readTile, result)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return result
}

interface BlockRange {
  /** The first tile, and the one behind the last. */
  first: number
  last: number
  isOpen: boolean
  size: number
  snapshot: string
  absences: Absences
}

const verifyRange = async (pool: Pool, range: BlockRange, readTile: ReadTile, result: RangeResult) => {
  const { first, last, isOpen, size, snapshot, absences } = range
  const finish = async (block: number, leaves: readonly StoredLeaf[]) => {
    const { tile, parent } = await readBlock(block, size, readTile)
    const { root, faults, mismatches } = verifyBlock(block, leaves, { tile, parent }, absences)
    result.blockRoots[block] = root
    result.faults.push(...faults)
    result.mismatches.push(...mismatches)
  }
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read, read only')
    await client.query(`set transaction snapshot '${snapshot}'`)
    let block = first
    let leaves: StoredLeaf[] = []
    const query = leafQuery(first * tileWidth, isOpen ? undefined : last * tileWidth)
    for await (const tuples of copyRows(client, query))
      for (const tuple of tuples) {
        const leaf = toStoredLeaf(tuple)
        const place = leaf.index ?? leaf.eventIndex ?? 0
        while (block < last - 1 && place >= (block + 1) * tileWidth) {
          await finish(block++, leaves)
          leaves = []
        }
        leaves.push(leaf)
      }
    for (; block < Math.max(last, first + 1); leaves = []) await finish(block++, leaves)
    await client.query('commit')
  } finally {
    client.release()
  }
}

const nothing = { tile: Buffer.alloc(0), parent: undefined }

const readBlock = async (block: number, size: number, readTile: ReadTile) => {
  if (block * tileWidth >= size) return nothing
  const own = tileOf(0, block * tileWidth, size)
  const tile = hashesOf(own, await readTile(own))
  if (own.width < tileWidth) return { tile, parent: undefined }
  const above = tileOf(8, block, size)
  const hashes = hashesOf(above, await readTile(above))
  const at = (block % tileWidth) * hashSize
  return { tile, parent: hashes.subarray(at, at + hashSize) }
}
