import { isUnreadable } from './read-around.ts'
import { createSegmentReader, type Position, type SegmentReader } from './segment-reader.ts'
import type { SpoolFolder } from './spool-folder.ts'

/** What waits in a spool that nobody writes to. */
export interface Waiting {
  records: number
  bytes: number
  /** Milliseconds since 1970; null where nothing waits. */
  oldestReceivedAt: number | null
}

/** Reads all of it once, and changes nothing. @param start where an earlier process had got to */
export const countWaiting = async (folder: SpoolFolder, start: Position | undefined): Promise<Waiting> => {
  const reader = createSegmentReader({ ...folder, writeNote: async () => {} }, start, 3)
  const waiting: Waiting = { records: 0, bytes: 0, oldestReceivedAt: null }
  for (;;) {
    const { stretches } = await peek(reader)
    if (stretches.length === 0) return waiting
    for (const stretch of stretches) {
      if (stretch.kind !== 'hook') continue
      waiting.records += 1
      waiting.oldestReceivedAt ??= stretch.hook.receivedAt
    }
    waiting.bytes += await reader.advance()
  }
}

/** A start does not wait for a bad disk: the patience of the reader is soon over. */
const peek = (reader: SegmentReader): ReturnType<SegmentReader['peek']> =>
  reader.peek().catch((error: unknown) => {
    if (isUnreadable(error)) return peek(reader)
    throw error
  })
