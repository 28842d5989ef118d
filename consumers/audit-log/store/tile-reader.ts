import { type Pool, query } from '../../../lib/database.ts'
import type { ReadTile } from '../tree/subtree.ts'

/**
 * Makes a function that reads tiles from the database. Tiles that were read are kept in memory, but not those
 * of the leaves, of which there are many.
 */
export const createTileReader = (pool: Pool): ReadTile => {
  const known = new Map<string, Promise<Buffer>>()
  const read = async (level: number, index: number): Promise<Buffer> => {
    const [row] = await query<{ hashes: Buffer }>(
      pool,
      'select hashes from audit_log.tiles where level = $1 and index = $2',
      [level, index],
    )
    return row?.hashes ?? Buffer.alloc(0)
  }
  return ({ level, index }) => {
    if (level === 0) return read(level, index)
    const key = `${level}/${index}`
    const hashes = known.get(key) ?? read(level, index)
    known.set(key, hashes)
    return hashes
  }
}
