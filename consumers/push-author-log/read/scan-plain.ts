import { closeSync, openSync, readSync } from 'node:fs'

const chunkBytes = 256 * 1024
/** A line that is longer is none of ours, and is left out. */
const maxLineBytes = 32 * 1024 * 1024
const lineFeed = 0x0a

/**
 * Calls `onLine` for each line of a file that contains one of the texts, without holding the file in memory.
 * A last line without a line feed is left out, because the worker may be writing it.
 *
 * It reads synchronously: it is for commands, and 450 MB take a third of a second of processor time.
 */
export const scanPlain = (path: string, texts: readonly Buffer[], onLine: (text: string) => void): void => {
  const file = openSync(path, 'r')
  let buffer = Buffer.allocUnsafe(chunkBytes)
  let kept = 0
  try {
    for (;;) {
      const bytesRead = readSync(file, buffer, kept, buffer.length - kept, null)
      if (bytesRead === 0) return
      const filled = buffer.subarray(0, kept + bytesRead)
      const end = filled.lastIndexOf(lineFeed) + 1
      scanLines(filled.subarray(0, end), texts, onLine)
      kept = filled.length - end
      buffer.copyWithin(0, end, filled.length)
      if (kept === buffer.length) {
        if (kept >= maxLineBytes) kept = 0
        else buffer = Buffer.concat([buffer], buffer.length * 2)
      }
    }
  } finally {
    closeSync(file)
  }
}

/** The same for lines in memory. @param lines each ends with a line feed */
export const scanLines = (lines: Buffer, texts: readonly Buffer[], onLine: (text: string) => void): void => {
  const starts = texts.flatMap((text) => startsOf(lines, text))
  const ordered = texts.length > 1 ? [...new Set(starts)].sort((one, other) => one - other) : starts
  for (const start of ordered) onLine(lines.toString('utf8', start, lines.indexOf(lineFeed, start)))
}

/** Where the lines begin that contain the text. */
const startsOf = (lines: Buffer, text: Buffer): number[] => {
  const starts: number[] = []
  for (let at = lines.indexOf(text); at !== -1; ) {
    starts.push(lines.lastIndexOf(lineFeed, at) + 1)
    const end = lines.indexOf(lineFeed, at)
    at = lines.indexOf(text, end)
  }
  return starts
}
