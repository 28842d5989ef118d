import type { SpoolFolder } from './spool-folder.ts'

type Readable = Pick<SpoolFolder, 'read'>

/** A disk loses one block or several of them, never a part of one. */
const blockBytes = 4096

/** Whether the error means that the disk cannot return the bytes any more. */
export const isUnreadable = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EIO'

/** Reads block by block up to the first unreadable one. @returns at most `bytes` */
export const readUpToDamage = async (
  folder: Readable,
  segment: string,
  at: number,
  bytes: number,
): Promise<Buffer> => {
  const blocks: Buffer[] = []
  for (let filled = 0; filled < bytes; ) {
    const toNextBlock = blockBytes - ((at + filled) % blockBytes)
    const block = await readIfReadable(folder, segment, at + filled, Math.min(toNextBlock, bytes - filled))
    if (block === undefined || block.length === 0) break
    blocks.push(block)
    filled += block.length
  }
  return Buffer.concat(blocks)
}

/**
 * Finds a place after the damage where the segment can be read again. The strides grow, because a bad disk
 * takes seconds for each unreadable block.
 */
export const endOfDamage = async (
  folder: Readable,
  segment: string,
  from: number,
  size: number,
): Promise<number> => {
  const start = from - (from % blockBytes)
  for (let stride = blockBytes; start + stride < size; stride *= 2) {
    if ((await readIfReadable(folder, segment, start + stride, 1)) !== undefined) return start + stride
  }
  return size
}

const readIfReadable = (
  folder: Readable,
  segment: string,
  at: number,
  bytes: number,
): Promise<Buffer | undefined> =>
  folder.read(segment, at, bytes).catch((error: unknown) => {
    if (isUnreadable(error)) return undefined
    throw error
  })
