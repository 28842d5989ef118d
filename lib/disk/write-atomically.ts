import { rename, writeFile } from 'node:fs/promises'

/**
 * Replaces a file in one step. Only its owner can read it. A reader sees the old text or the new text, never
 * a mixture.
 */
export const writeAtomically = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.new`
  await writeFile(draft, text, { mode: 0o600 })
  await rename(draft, path)
}
