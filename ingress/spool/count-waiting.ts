import { isUnreadable } from './read-around.ts'
import { createSegmentReader, type Position } from './segment-reader.ts'
import type { SpoolFolder } from './spool-folder.ts'

/** Counts what an earlier process left, a piece at a time: gigabytes take a while, in which hooks come. */
export interface Count {
  readonly bytes: number
  /** Reads on, and changes nothing. @returns what it came by; undefined at the end @throws Error where the disk cannot be read */
  next(): Promise<Counted | undefined>
}

export interface Counted {
  records: number
  /** Milliseconds since 1970; undefined where there was no hook. */
  oldestReceivedAt: number | undefined
}

/**
 * Nobody may remove from the segments until the count is at its end.
 *
 * @param segments oldest first; what is written to others meanwhile is not counted
 * @param start where the earlier process had got to
 */
export const countWaiting = async (
  folder: SpoolFolder,
  segments: readonly string[],
  start: Position | undefined,
): Promise<Count> => {
  const ofThem: SpoolFolder = { ...folder, segments: async () => [...segments], writeNote: async () => {} }
  // A start does not wait for a bad disk: the patience of the reader is soon over.
  const reader = createSegmentReader(ofThem, start, 3)
  const peek = (): ReturnType<typeof reader.peek> =>
    reader.peek().catch((error: unknown) => {
      if (isUnreadable(error)) return peek()
      throw error
    })

  const left = async (segment: string): Promise<number> => {
    if (start === undefined || segment > start.segment) return folder.size(segment)
    return segment < start.segment ? 0 : Math.max(0, (await folder.size(segment)) - start.at)
  }
  return {
    bytes: (await Promise.all(segments.map(left))).reduce((sum, bytes) => sum + bytes, 0),
    next: async () => {
      const { stretches } = await peek()
      const hooks = stretches.flatMap((stretch) => (stretch.kind === 'hook' ? [stretch.hook] : []))
      await reader.advance()
      return stretches.length === 0
        ? undefined
        : { records: hooks.length, oldestReceivedAt: hooks[0]?.receivedAt }
    },
  }
}
