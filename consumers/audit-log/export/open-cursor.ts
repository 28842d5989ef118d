import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeAtomically } from '../../../lib/disk/write-atomically.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'

/** Where the next export of a log begins. */
export interface Cursor {
  /** The first leaf that was not exported yet. */
  next: number
  /** Stores where the export after this one begins. */
  store(next: number): Promise<void>
}

const content = z.object({ origin: z.string(), next: z.int().min(0) })

/**
 * Reads a file that remembers how far a log was exported. Without the file, the export begins at the first
 * leaf.
 *
 * @param origin the name of the log
 * @throws UsageError if the file cannot be read, or belongs to another log
 */
export const openCursor = async (path: string, origin: string): Promise<Cursor> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw new UsageError(`--cursor-file: cannot read ${path}: ${messageOf(error)}`)
  })
  const known = text === undefined ? { origin, next: 0 } : parse(text, path)
  if (known.origin !== origin)
    throw new UsageError(
      `--cursor-file: ${path} belongs to the log ${known.origin}, and the database has ${origin}. ` +
        'Begin a new export with another file.',
    )
  return {
    next: known.next,
    store: (next) => writeAtomically(path, `${JSON.stringify({ origin, next })}\n`),
  }
}

const parse = (text: string, path: string): z.output<typeof content> => {
  try {
    return content.parse(JSON.parse(text))
  } catch {
    throw new UsageError(`--cursor-file: ${path} is not a file of \`bridge audit export\`.`)
  }
}
