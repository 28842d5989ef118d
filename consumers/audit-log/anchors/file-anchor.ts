import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { syncFolder } from '../../../lib/disk/sync-folder.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { parseCheckpoint } from '../note/checkpoint.ts'
import { parseNote } from '../note/signed-note.ts'
import type { Anchor, SignedCheckpoint } from './anchor.ts'

/** A file that holds the newest checkpoint. */
export interface FileAnchor extends Anchor {
  /** The checkpoint in the file; undefined if there is no file. @throws UsageError if it is no checkpoint */
  newest(): Promise<SignedCheckpoint | undefined>
}

/** Keeps the newest checkpoint in a file, in the form of `checkpoint` of C2SP tlog-tiles. */
export const createFileAnchor = (path: string): FileAnchor => {
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
    store: async (checkpoint) => {
      // Another worker on this machine may have stored a newer one meanwhile.
      const stored = await newest()
      if (stored?.origin === checkpoint.origin && stored.size >= checkpoint.size) return
      await replaceFile(path, checkpoint.note).catch((error: unknown) => {
        throw new RetriableError(`cannot write ${path}: ${messageOf(error)}`, { cause: error })
      })
    },
  }
}

/** Replaces a file in one step, so that a loss of power leaves the old or the new text. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  await createFolder(dirname(path), 0o700)
  const draft = await open(`${path}.new`, 'w', 0o600)
  try {
    await draft.writeFile(text)
    await draft.sync()
  } finally {
    await draft.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dirname(path))
}
