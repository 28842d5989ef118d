import { open } from 'node:fs/promises'

const lineFeed = 0x0a

/**
 * Reads a file in pieces of whole lines. A last line without a line feed is left out.
 *
 * @param pieceBytes the size of a piece. A piece is larger where a line is longer
 * @param from where a line begins
 */
export async function* readWholeLines(path: string, pieceBytes: number, from = 0): AsyncGenerator<Buffer> {
  const file = await open(path)
  try {
    let rest = Buffer.alloc(0)
    for (let position = from; ; ) {
      const chunk = Buffer.allocUnsafe(pieceBytes)
      const { bytesRead } = await file.read(chunk, 0, pieceBytes, position)
      if (bytesRead === 0) return
      position += bytesRead
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      const end = bytes.lastIndexOf(lineFeed) + 1
      if (end > 0) yield bytes.subarray(0, end)
      rest = bytes.subarray(end)
    }
  } finally {
    await file.close()
  }
}

/** The lines of a piece, without their line feeds. Empty lines are left out. */
export const splitLines = (lines: Buffer): string[] =>
  lines
    .toString()
    .split('\n')
    .filter((text) => text !== '')
