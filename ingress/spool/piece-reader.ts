import { isUnreadable, readUpToDamage } from './read-around.ts'
import type { SpoolFolder } from './spool-folder.ts'

/**
 * Reads a piece of a segment.
 *
 * @returns fewer bytes than asked for if the disk does not return the rest
 * @throws Error if the disk failed to read, but not often enough in a row to give up the bytes
 */
export type ReadPiece = (segment: string, at: number, bytes: number) => Promise<Buffer>

/**
 * @param maxFailures how often in a row the disk may fail to read before the unreadable bytes are given up
 */
export const createPieceReader = (folder: Pick<SpoolFolder, 'read'>, maxFailures: number): ReadPiece => {
  let failures = 0
  return async (segment, at, bytes) => {
    try {
      const piece = await folder.read(segment, at, bytes)
      failures = 0
      return piece
    } catch (error) {
      failures += 1
      if (!isUnreadable(error) || failures <= maxFailures) throw error
      return readUpToDamage(folder, segment, at, bytes)
    }
  }
}
