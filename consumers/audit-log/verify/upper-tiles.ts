import { hashSize } from '../tree/hashing.ts'
import type { ReadTile } from '../tree/subtree.ts'
import { tilesOf, tileWidth } from '../tree/tile.ts'
import type { Fault } from './fault.ts'
import { rootOver } from './verify-block.ts'

/**
 * Compares the tiles above those of the leaves with what they must be. Proofs are made from these tiles.
 *
 * @param blockRoots the root of each tile of leaves
 */
export const verifyUpperTiles = async (
  size: number,
  blockRoots: readonly Buffer[],
  readTile: ReadTile,
): Promise<Fault[]> => {
  const faults: Fault[] = []
  let [level, expected] = [1, blockRoots.slice(0, Math.floor(size / tileWidth))]
  for (const tile of tilesOf(size)) {
    if (tile.level === 0) continue
    if (tile.level > level) {
      level = tile.level
      expected = parentsOf(expected)
    }
    const stored = await readTile(tile)
    for (let at = 0; at < tile.width; at++) {
      const place = tile.index * tileWidth + at
      if (expected[place]?.equals(stored.subarray(at * hashSize, (at + 1) * hashSize))) continue
      const [first, last] = [place, place + 1].map((index) => index * tileWidth ** level) as [number, number]
      const row = `leaves ${first} to ${last - 1}`
      faults.push({ kind: 'edited', index: first, row, detail: 'a hash above them in audit_log.tiles' })
    }
  }
  return faults
}

const parentsOf = (hashes: readonly Buffer[]): Buffer[] =>
  Array.from({ length: Math.floor(hashes.length / tileWidth) }, (_, at) =>
    rootOver(hashes.slice(at * tileWidth, (at + 1) * tileWidth)),
  )
