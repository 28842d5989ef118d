import { open, stat } from 'node:fs/promises'
import type { LineFilter } from '../read/line-filter.ts'
import { findBlocks } from './block-index.ts'
import { DamagedBlockError, readBlock } from './blocks.ts'
import { indexPathOf } from './write-archive.ts'

/**
 * Calls `onBlock` with the lines of each block that can hold what the filter asks for; without a filter, or
 * without a valid index, with those of every block.
 *
 * @returns `damaged` if a block cannot be read. The blocks behind it are then read only if an index says
 *   where they are
 */
export const readArchive = async (
  path: string,
  filter: LineFilter | undefined,
  onBlock: (lines: Buffer) => void,
): Promise<'read' | 'damaged'> => {
  const { size } = await stat(path)
  const places = filter && (await findBlocks(indexPathOf(path), size, filter.keys))
  const file = await open(path)
  let state: 'read' | 'damaged' = 'read'

  /** @returns the place of the next block; undefined at the end, and where the block is damaged */
  const readAt = async (place: number): Promise<number | undefined> => {
    try {
      const block = await readBlock(file, place)
      if (block !== undefined) onBlock(block.lines)
      return block?.next
    } catch (error) {
      if (!(error instanceof DamagedBlockError)) throw error
      state = 'damaged'
      return undefined
    }
  }

  try {
    if (places !== undefined) for (const place of places) await readAt(place)
    else for (let place: number | undefined = 0; place !== undefined; ) place = await readAt(place)
  } finally {
    await file.close()
  }
  return state
}
