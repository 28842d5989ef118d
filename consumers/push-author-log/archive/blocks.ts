import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib'

/**
 * The file of a closed day is a row of blocks of whole lines, and each block is a zstd frame of its own, so
 * that a reader can decompress one block without the others. Node decompresses only the first frame of a
 * file. So a small frame before each block says how long that is; `zstd` and other programs skip it.
 */
const skippableFrame = 0x184d2a50
const headerBytes = 12
/** No block of ours is longer. */
const maxFrameBytes = 64 * 1024 * 1024
/** The first read takes so much, which is all of a block of usual size. */
const firstReadBytes = 8 * 1024
/** A frame that is not longer is decompressed at once: to hand it to another thread would take longer. */
const smallFrameBytes = 64 * 1024

const compress = promisify(zstdCompress)
const decompressLarge = promisify(zstdDecompress)

/** The piece in which zlib hands over its output: a block of usual size is one piece. */
const decompress = async (frame: Buffer): Promise<Buffer> =>
  frame.length <= smallFrameBytes
    ? zstdDecompressSync(frame, { chunkSize: 36 * 1024 })
    : decompressLarge(frame)

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
  const first = Buffer.allocUnsafe(firstReadBytes)
  const { bytesRead } = await file.read(first, 0, firstReadBytes, at)
  if (bytesRead === 0) return undefined
  const length = bytesRead < headerBytes ? 0 : first.readUInt32LE(8)
  if (length === 0 || first.readUInt32LE(0) !== skippableFrame || length > maxFrameBytes)
    throw new DamagedBlockError(`there is no block at byte ${at}`)
  const frame = await readFrame(file, first.subarray(headerBytes, bytesRead), length, at + headerBytes)
  try {
    return { lines: await decompress(frame), next: at + headerBytes + length }
  } catch (cause) {
    throw new DamagedBlockError(`the block at byte ${at} cannot be decompressed`, { cause })
  }
}

/** @param begun what was read of the frame, and of what follows it @throws DamagedBlockError */
const readFrame = async (file: FileHandle, begun: Buffer, length: number, at: number): Promise<Buffer> => {
  if (begun.length >= length) return begun.subarray(0, length)
  const rest = Buffer.allocUnsafe(length - begun.length)
  const { bytesRead } = await file.read(rest, 0, rest.length, at + begun.length)
  // zstd does not notice in every case that bytes are missing.
  if (bytesRead < rest.length) throw new DamagedBlockError(`the file ends within the block at byte ${at}`)
  return Buffer.concat([begun, rest])
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
