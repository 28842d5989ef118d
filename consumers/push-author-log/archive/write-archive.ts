import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncPath } from '../../../lib/disk/sync-path.ts'
import { keysOf } from '../read/line-filter.ts'
import { parseLine } from '../read/parse-line.ts'
import { encodeIndex } from './block-index.ts'
import { packBlock } from './blocks.ts'
import { splitLines } from './whole-lines.ts'

/** Where the index of an archive is. */
export const indexPathOf = (archive: string): string => `${archive}.index`

/**
 * Writes lines to a draft of an archive and of its index. Memory holds one block and the index.
 *
 * @param archive its path, which ends in `.zst`
 * @param blocks whole lines. Each of them becomes a block, which a question decompresses as a whole
 */
export const writeDraft = async (archive: string, blocks: AsyncIterable<Buffer>): Promise<void> => {
  const places = [0]
  const keys = new Map<string, number[]>()
  const file = await open(draftOf(archive), 'w', 0o600)
  try {
    for await (const lines of blocks) {
      noteKeys(keys, lines, places.length - 1)
      const packed = await packBlock(lines)
      await file.appendFile(packed)
      places.push((places.at(-1) ?? 0) + packed.length)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await writeSynced(draftOf(indexPathOf(archive)), encodeIndex(places, keys))
}

/** Puts the draft in the place of the archive. A reader sees the old file or the new one. */
export const publishDraft = async (archive: string): Promise<void> => {
  for (const path of [archive, indexPathOf(archive)]) await rename(draftOf(path), path)
  await syncPath(dirname(archive))
}

const draftOf = (path: string): string => `${path}.new`

const noteKeys = (keys: Map<string, number[]>, lines: Buffer, block: number): void => {
  for (const text of splitLines(lines)) {
    const line = parseLine(text)
    if (line === undefined) continue
    for (const key of keysOf(line)) {
      const blocks = keys.get(key)
      if (blocks === undefined) keys.set(key, [block])
      else if (blocks.at(-1) !== block) blocks.push(block)
    }
  }
}

const writeSynced = async (path: string, bytes: Buffer): Promise<void> => {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
