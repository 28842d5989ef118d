import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

/**
 * The file of a closed day is a row of blocks of whole lines, and each block is a zstd frame of its own, so
 * that a reader can decompress one block without the others. Node decompresses only the first frame of a
 * file. So a small frame before each block says how long that is; `zstd` and other programs skip it.
 */
const skippableFrame = 0x184d2a50
const headerBytes = 12
/** No block of ours is longer. */
const maxFrameBytes = 64 * 1024 * 1024

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** One block with its header, as bytes of the file. @param lines each ends with a line feed */
export const packBlock = async (lines: Buffer): Promise<Buffer> => {
  const frame = await compress(lines)
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(skippableFrame, 0)
  header.writeUInt32LE(4, 4)
  header.writeUInt32LE(frame.length, 8)
  return Buffer.concat([header, frame])
}

/** A block that cannot be read: the disk or another program damaged it. */
export class DamagedBlockError extends Error {
  override readonly name = 'DamagedBlockError'
}

/**
 * Reads the block at a place of the file.
 *
 * @returns its lines, each with its line feed, and the place of the next block; undefined at the end
 * @throws DamagedBlockError
 */
export const readBlock = async (
  file: FileHandle,
  at: number,
): Promise<{ lines: Buffer; next: number } | undefined> => {
  const header = Buffer.alloc(headerBytes)
  const { bytesRead } = await file.read(header, 0, headerBytes, at)
  if (bytesRead === 0) return undefined
  const length = header.readUInt32LE(8)
  if (header.readUInt32LE(0) !== skippableFrame || length > maxFrameBytes)
    throw new DamagedBlockError(`there is no block at byte ${at}`)
  const frame = Buffer.alloc(length)
  await file.read(frame, 0, length, at + headerBytes)
  try {
    return { lines: await decompress(frame), next: at + headerBytes + length }
  } catch (cause) {
    throw new DamagedBlockError(`the block at byte ${at} cannot be decompressed`, { cause })
  }
}

/** The lines of each block, in their order. @throws DamagedBlockError */
export async function* readBlocks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    for (let block = await readBlock(file, 0); block !== undefined; block = await readBlock(file, block.next))
      yield block.lines
  } finally {
    await file.close()
  }
}
