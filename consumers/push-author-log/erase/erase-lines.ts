import { join } from 'node:path'
import { acquireLock, type HeldBy } from '../../../lib/disk/lock.ts'
import { replaceDurably } from '../../../lib/disk/write-durably.ts'
import { readBlocks } from '../archive/blocks.ts'
import { readWholeLines, splitLines } from '../archive/whole-lines.ts'
import { publishDraft, writeDraft } from '../archive/write-archive.ts'
import type { PushLine } from '../push-line.ts'
import { type LogFile, listLogFiles } from '../read/log-files.ts'
import { parseLine } from '../read/parse-line.ts'

/** Whether a line names the person. */
export type IsOfPerson = (line: PushLine) => boolean

const pieceBytes = 32 * 1024

/**
 * Takes id, user name and name of a person out of all files of a log. What was pushed stays. Each file is
 * replaced in one step, so a crash leaves it as it was or erased.
 *
 * @returns how many lines were changed; the process that writes to the folder, if there is one
 */
export const eraseLines = async (
  folder: string,
  isOfPerson: IsOfPerson,
): Promise<{ erased: number } | HeldBy> => {
  const lock = await acquireLock(join(folder, '.lock'), 'socket')
  if ('heldBy' in lock) return lock
  try {
    let erased = 0
    for (const file of listLogFiles(folder)) erased += await eraseFile(file, isOfPerson)
    return { erased }
  } finally {
    await lock.release()
  }
}

const eraseFile = async (file: LogFile, isOfPerson: IsOfPerson): Promise<number> => {
  let [found, growth] = [0, 0]
  for await (const lines of piecesOf(file)) {
    for (const text of splitLines(lines)) {
      const without = withoutPerson(text, isOfPerson)
      if (without === undefined) continue
      found += 1
      growth += Buffer.byteLength(without) - Buffer.byteLength(text)
    }
  }
  if (found === 0) return 0
  // The copies remember how far they have read, as long as the file begins with the same line.
  const ending = growth === 0 ? '\n' : ' \n'
  await replaceFile(file, erasedPieces(file, isOfPerson, ending))
  return found
}

const piecesOf = ({ path, isArchive }: LogFile): AsyncIterable<Buffer> =>
  isArchive ? readBlocks(path) : readWholeLines(path, pieceBytes)

/** @param firstEnding the end of the first line */
async function* erasedPieces(
  file: LogFile,
  isOfPerson: IsOfPerson,
  firstEnding: string,
): AsyncGenerator<Buffer> {
  let ending = firstEnding
  for await (const lines of piecesOf(file)) {
    let piece = ''
    for (const text of splitLines(lines)) {
      piece += `${withoutPerson(text, isOfPerson) ?? text}${ending}`
      ending = '\n'
    }
    yield Buffer.from(piece)
  }
}

/** @returns the line, as long as before where it can be; undefined if it does not name the person */
const withoutPerson = (text: string, isOfPerson: IsOfPerson): string | undefined => {
  const line = parseLine(text)
  if (line === undefined || !isOfPerson(line)) return undefined
  const without = JSON.stringify({ ...line, user_id: null, user_username: null, user_name: null })
  return without + ' '.repeat(Math.max(0, Buffer.byteLength(text) - Buffer.byteLength(without)))
}

const replaceFile = async ({ path, isArchive }: LogFile, pieces: AsyncIterable<Buffer>): Promise<void> => {
  if (!isArchive) return replaceDurably(path, pieces)
  await writeDraft(path, pieces)
  await publishDraft(path)
}
