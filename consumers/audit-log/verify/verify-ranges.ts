import type { Pool } from '../../../lib/database.ts'
import { hashSize } from '../tree/hashing.ts'
import type { ReadTile } from '../tree/subtree.ts'
import { tileOf, tileWidth } from '../tree/tile.ts'
import type { Absences } from './absences.ts'
import { copyRows } from './copy-rows.ts'
import type { Fault } from './fault.ts'
import { leafQuery } from './leaf-query.ts'
import { type StoredLeaf, toStoredLeaf } from './stored-leaf.ts'
import { type Mismatch, rootOver, type TileHashes, verifyBlock } from './verify-block.ts'

/** What all rows of the log gave. */
export interface RangeResult {
  /** The root of each tile of leaves. */
  blockRoots: Buffer[]
  /** The root over the leaves of the anchor in its last tile; undefined where that tile is full. */
  anchoredRoot: Buffer | undefined
  faults: Fault[]
  mismatches: Mismatch[]
}

/** How many tiles of leaves one query reads: 16,384 leaves. */
const blocksPerQuery = 64

/**
 * Reads all rows, several ranges at a time, and compares them with the tiles.
 *
 * @param size the number of leaves
 * @param anchored how many of them the anchor covers
 * @param absences what is no longer stored, as the log says
 * @param snapshot in which all ranges are read, so that rows that are appended meanwhile are not seen
 * @param jobs how many ranges are read at the same time
 */
export const verifyRanges = async (
  pool: Pool,
  log: VerifiedLog,
  readTile: ReadTile,
  jobs: number,
): Promise<RangeResult> => {
  const result: RangeResult = { blockRoots: [], anchoredRoot: undefined, faults: [], mismatches: [] }
  const blocks = Math.ceil(log.size / tileWidth)
  // The first range has no beginning and the last one no end, so that they find rows outside of the tree.
  // An empty tree has one range, too.
  const starts = Array.from({ length: Math.max(1, Math.ceil(blocks / blocksPerQuery)) }, (_, at) => at)
  const next = starts.values()
  const work = async () => {
    for (const at of next) {
      const first = at * blocksPerQuery
      const last = Math.min(blocks, first + blocksPerQuery)
      const isOpen = at === starts.length - 1
      await verifyRange(pool, { ...log, first, last, isOpen }, readTile, result)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return result
}

interface VerifiedLog {
  size: number
  anchored: number
  snapshot: string
  absences: Absences
}

interface BlockRange extends VerifiedLog {
  /** The first tile, and the one behind the last. */
  first: number
  last: number
  isOpen: boolean
}

const verifyRange = async (pool: Pool, range: BlockRange, readTile: ReadTile, result: RangeResult) => {
  const { first, last, isOpen, size, anchored, snapshot, absences } = range
  const finish = async (block: number, leaves: readonly StoredLeaf[]) => {
    const stored = await readBlock(block, size, readTile)
    const { hashes, faults, mismatches } = verifyBlock(block, leaves, stored, absences)
    result.blockRoots[block] = rootOver(hashes)
    if (block === Math.floor(anchored / tileWidth))
      result.anchoredRoot = rootOver(hashes.slice(0, anchored % tileWidth))
    result.faults.push(...faults)
    result.mismatches.push(...mismatches)
  }
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read, read only')
    await client.query(`set transaction snapshot '${snapshot}'`)
    let block = first
    let leaves: StoredLeaf[] = []
    const query = leafQuery(
      first === 0 ? undefined : first * tileWidth,
      isOpen ? undefined : last * tileWidth,
    )
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

const readBlock = async (block: number, size: number, readTile: ReadTile): Promise<TileHashes> => {
  if (block * tileWidth >= size) return { tile: Buffer.alloc(0), width: 0, parent: undefined }
  const own = tileOf(0, block * tileWidth, size)
  const tile = await readTile(own)
  if (own.width < tileWidth) return { tile, width: own.width, parent: undefined }
  const hashes = await readTile(tileOf(8, block, size))
  const at = (block % tileWidth) * hashSize
  return { tile, width: own.width, parent: hashes.subarray(at, at + hashSize) }
}
