import type { SpoolFolder } from './spool-folder.ts'

/** A place in a segment. Everything before it has been drained. */
export interface Position {
  segment: string
  /** Offset in bytes. */
  at: number
}

/**
 * Keeps the position for the next process. On a full disk the old note stays. Hooks then come again after a
 * restart, which is better than a spool that cannot be emptied.
 */
export const writePosition = async (folder: SpoolFolder, position: Position): Promise<void> =>
  folder.writeNote(JSON.stringify(position)).catch(() => undefined)

/**
 * The position that an earlier process noted; undefined if there is no valid note. It may be too old, never
 * too new: hooks may come again, but none is skipped. Its segment may have been deleted.
 */
const readPosition = async (folder: SpoolFolder): Promise<Position | undefined> => {
  try {
    const { segment, at } = JSON.parse((await folder.readNote()) ?? '') as Partial<Position>
    const isValid = typeof segment === 'string' && Number.isSafeInteger(at) && Number(at) >= 0
    return isValid ? { segment, at: Number(at) } : undefined
  } catch {
    return undefined
  }
}

/** What an earlier process left. */
export interface SpoolStart {
  /** Names of the segments, oldest first. */
  segments: readonly string[]
  /** Where reading continues; undefined: at the beginning. */
  position: Position | undefined
  /**
   * The newest segment there ever was. A new segment must not get the name of a deleted one: the note could
   * say that it is drained already.
   */
  lastSegment: string | undefined
}

export const readStart = async (folder: SpoolFolder): Promise<SpoolStart> => {
  const segments = await folder.segments()
  const noted = await readPosition(folder)
  const isThere = noted !== undefined && segments.includes(noted.segment)
  const names = noted === undefined ? segments : [...segments, noted.segment]
  return { segments, position: isThere ? noted : undefined, lastSegment: names.toSorted().at(-1) }
}
