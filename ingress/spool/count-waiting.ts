import type { Position } from './position.ts'
import { isUnreadable } from './read-around.ts'
import { createSegmentReader, type Peeked } from './segment-reader.ts'
import type { SpoolFolder } from './spool-folder.ts'

/**
 * Counts the hooks that an earlier process left, a piece at a time. Gigabytes take a while, and new hooks are
 * accepted meanwhile.
 */
export interface Count {
  /** Size of all that is left, known from the start. */
  readonly bytes: number
  /** Counts the next piece. Changes nothing on disk. @throws Error if the disk cannot be read */
  next(): Promise<Counted>
  isComplete(): boolean
}

export interface Counted {
  records: number
  /** When the first of them was received, in milliseconds since 1970; undefined if there is none. */
  oldestReceivedAt: number | undefined
}

/** A start must not wait long for a bad disk, so that unreadable bytes are skipped soon. */
const maxReadFailures = 3

/**
 * Nothing may be removed from the segments until the count is complete.
 *
 * @param segments oldest first; segments that are added later are not counted
 * @param start the position of the earlier process
 */
export const countWaiting = async (
  folder: SpoolFolder,
  segments: readonly string[],
  start: Position | undefined,
): Promise<Count> => {
  const readOnly: SpoolFolder = { ...folder, segments: async () => [...segments], writeNote: async () => {} }
  const reader = createSegmentReader(readOnly, start, maxReadFailures)
  const sizes = await Promise.all(segments.map((segment) => waitingBytes(folder, segment, start)))
  let isComplete = false

  const peek = async (): Promise<Peeked> => {
    for (;;) {
      try {
        return await reader.peek()
      } catch (error) {
        if (!isUnreadable(error)) throw error
      }
    }
  }
  return {
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    next: async () => {
      const { stretches } = await peek()
      await reader.advance()
      isComplete = stretches.length === 0
      const hooks = stretches.flatMap((stretch) => (stretch.kind === 'hook' ? [stretch.hook] : []))
      return { records: hooks.length, oldestReceivedAt: hooks[0]?.receivedAt }
    },
    isComplete: () => isComplete,
  }
}

const waitingBytes = async (
  folder: Pick<SpoolFolder, 'size'>,
  segment: string,
  start: Position | undefined,
): Promise<number> => {
  if (start === undefined || segment > start.segment) return folder.size(segment)
  return segment < start.segment ? 0 : Math.max(0, (await folder.size(segment)) - start.at)
}
