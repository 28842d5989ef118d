import { randomUUID } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncPath } from './sync-path.ts'

/** What is written. Memory holds one piece of an iterable. */
type Content = string | AsyncIterable<Buffer>

/**
 * Replaces a file in one step. Only its owner can read it. A loss of power or a full disk leaves the old
 * content or the new one.
 */
export const replaceDurably = async (path: string, content: Content): Promise<void> => {
  await withDraft(`${path}.new`, content, () => rename(`${path}.new`, path))
  await syncPath(dirname(path))
}

/**
 * Creates a file that does not exist yet, in one step. Only its owner can read it. After a loss of power or
 * on a full disk the file has the whole text, or does not exist.
 *
 * @returns `exists` if the file was there already, and was left alone
 */
export const createDurably = async (path: string, text: string): Promise<'created' | 'exists'> => {
  const draft = `${path}.${randomUUID()}.new`
  try {
    await withDraft(draft, text, () => link(draft, path))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return 'exists'
    throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncPath(dirname(path))
  return 'created'
}

const withDraft = async (draft: string, content: Content, publish: () => Promise<void>): Promise<void> => {
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await publish()
}
