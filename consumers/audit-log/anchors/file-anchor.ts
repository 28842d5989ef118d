import { appendFile, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { replaceDurably } from '../../../lib/disk/write-durably.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { parseCheckpoint } from '../note/checkpoint.ts'
import { parseNote } from '../note/signed-note.ts'
import type { Anchor, SignedCheckpoint } from './anchor.ts'

/** A file that holds the newest checkpoint. */
export interface FileAnchor extends Anchor {
  /** The checkpoint in the file; undefined if there is no file. @throws UsageError if it is no checkpoint */
  newest(): Promise<SignedCheckpoint | undefined>
  /**
   * Older checkpoints, about one for each hour. After a restore they say how many leaves were kept.
   */
  history(): Promise<SignedCheckpoint[]>
  /** Renames the file, so that another log can begin. Returns the new path. */
  setAside(): Promise<string>
}

/**
 * Keeps the newest checkpoint in a file, in the form of `checkpoint` of C2SP tlog-tiles, and older ones
 * beside it.
 *
 * @param historyMs the least time between two checkpoints of the history
 */
export const createFileAnchor = (path: string, historyMs = 3_600_000): FileAnchor => {
  const historyPath = `${path}.history`
  let keptAt: number | undefined

  const keep = async (note: string) => {
    keptAt ??= (await stat(historyPath).catch(() => undefined))?.mtimeMs ?? 0
    if (Date.now() - keptAt < historyMs) return
    // A full disk may have left a part of a line at the end.
    await appendFile(historyPath, `\n${JSON.stringify(note)}\n`, { mode: 0o600 })
    keptAt = Date.now()
  }

  const newest = async () => {
    const note = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'ENOENT') return undefined
      throw new RetriableError(`cannot read ${path}: ${messageOf(error)}`, { cause: error })
    })
    return note === undefined ? undefined : { ...parseCheckpoint(parseNote(note).text), note }
  }
  return {
    name: path,
    newest,
    history: async () => {
      const text = await readFile(historyPath, 'utf8').catch(() => '')
      return text.split('\n').flatMap(parseKept)
    },
    setAside: async () => {
      const { size } = (await newest()) ?? { size: 0 }
      const aside = `${path}.before-epoch-${size}`
      await rename(path, aside)
      return aside
    },
    store: async (checkpoint) => {
      // Another worker on this machine may have stored a newer one meanwhile.
      const stored = await newest()
      if (stored?.origin === checkpoint.origin && stored.size >= checkpoint.size) return
      const write = async () => {
        await createFolder(dirname(path), 0o700)
        await replaceDurably(path, checkpoint.note)
        await keep(checkpoint.note)
      }
      await write().catch((error: unknown) => {
        throw new RetriableError(`cannot write ${path}: ${messageOf(error)}`, { cause: error })
      })
    },
  }
}

/** A line of the history. The last one may be incomplete after a loss of power. */
const parseKept = (line: string): SignedCheckpoint[] => {
  try {
    const note = JSON.parse(line) as string
    return [{ ...parseCheckpoint(parseNote(note).text), note }]
  } catch {
    return []
  }
}
