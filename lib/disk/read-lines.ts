import type { FileHandle } from 'node:fs/promises'

const chunkBytes = 256 * 1024
const lineFeed = 0x0a
/** No line of ours is longer. A longer one is left out, so that it does not fill the memory. */
const maxLineBytes = 32 * 1024 * 1024

/**
 * Reads the lines of a file, each of which ends with a line feed, without holding the whole file in memory.
 * Other separators, such as U+2028, are part of a line. Empty lines are left out, and so
 * are lines of more than 32 MiB.
 *
 * @param onLine called with each line, without its line feed
 * @returns the length of all lines, in bytes. The file may be longer: a last line without a line feed is not
 *   read
 */
export const readLines = async (file: FileHandle, onLine: (line: string) => void): Promise<number> => {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  /** The beginning of a line that goes on in the next chunk. */
  const begun: Buffer[] = []
  let begunBytes = 0
  let position = 0
  let end = 0

  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position)
    if (bytesRead === 0) return end
    let start = 0
    for (
      let at = indexOfLineFeed(chunk, 0, bytesRead);
      at !== -1;
      at = indexOfLineFeed(chunk, start, bytesRead)
    ) {
      const isComplete = begunBytes <= maxLineBytes
      const line = isComplete ? Buffer.concat([...begun, chunk.subarray(start, at)]).toString() : ''
      begun.length = 0
      begunBytes = 0
      start = at + 1
      if (line !== '') onLine(line)
    }
    if (start > 0) end = position + start
    begunBytes += bytesRead - start
    if (begunBytes > maxLineBytes) begun.length = 0
    else begun.push(Buffer.from(chunk.subarray(start, bytesRead)))
    position += bytesRead
  }
}

const indexOfLineFeed = (chunk: Buffer, start: number, end: number): number => {
  const at = chunk.indexOf(lineFeed, start)
  return at < end ? at : -1
}
