import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncPath } from '../../../lib/disk/sync-path.ts'
import type { Mutex } from '../../../lib/mutex.ts'
import { createNumberTable } from '../files/number-table.ts'
import { readBlocks } from './blocks.ts'
import { readWholeLines, splitLines } from './whole-lines.ts'
import { publishDraft, writeDraft } from './write-archive.ts'

/** Lines of this size are compressed together. A question about a project decompresses some such blocks. */
const blockBytes = 32 * 1024

/** Where the lines of a file are once its day is closed. */
export const archiveOf = (path: string): string => `${path}.zst`

/**
 * Moves the lines of a daily file to its archive, which may exist already where lines came late.
 *
 * @param path of the file, which nobody has open
 * @param withoutWriters runs the last step while nobody can write to the file
 * @param signal ends the work between two blocks. Nothing has changed then
 * @returns whether the file was closed. It stays open for another time if lines were added meanwhile
 */
export const closeFile = async (
  path: string,
  withoutWriters: Mutex,
  signal: AbortSignal,
): Promise<boolean> => {
  const { size } = await stat(path)
  const archive = archiveOf(path)
  const blocks = existsSync(archive) ? mergeLines(archive, path) : readWholeLines(path, blockBytes)
  await writeDraft(archive, untilAborted(blocks, signal))
  return withoutWriters(async () => {
    if ((await stat(path)).size !== size) return false
    await publishDraft(archive)
    await rm(path)
    await syncPath(dirname(path))
    return true
  })
}

async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    signal.throwIfAborted()
    yield item
  }
}

/** After a crash, lines can be in both files. They are taken once. */
async function* mergeLines(archive: string, path: string): AsyncGenerator<Buffer> {
  const known = createNumberTable()
  for await (const lines of readBlocks(archive)) {
    for (const text of splitLines(lines)) known.set(text, [0, 0])
    yield lines
  }
  for await (const lines of readWholeLines(path, blockBytes)) {
    const fresh = splitLines(lines).filter((text) => known.get(text) === undefined)
    if (fresh.length > 0) yield Buffer.from(`${fresh.join('\n')}\n`)
  }
}
