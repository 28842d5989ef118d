import type { SegmentFile, SpoolFolder } from './spool-folder.ts'

/** Where the writer is: what lies behind `bytes` in that segment is not durable yet. */
export interface WritePosition {
  segment: string
  bytes: number
}

export interface SegmentWriter {
  /** Resolves once the buffers are durable. After a failure nothing of them remains, and the next append begins a new segment. */
  append(buffers: readonly Buffer[]): Promise<void>
  position(): WritePosition | undefined
  /** Where what is durable of a segment ends, where that is not simply the end of the file. */
  endOf(segment: string): number | undefined
  /** Closes the current segment; the next append begins another. */
  roll(): Promise<void>
}

/** Never writes to a segment of an earlier process, nor takes its name. @param lastSegment the newest there was, if any */
export const createSegmentWriter = (
  folder: SpoolFolder,
  segmentBytes: number,
  lastSegment: string | undefined,
): SegmentWriter => {
  let number = lastSegment === undefined ? 0 : Number(lastSegment)
  let current: (WritePosition & { file: SegmentFile }) | undefined
  /** Segments with something behind their end that was not kept, and could not be cut off. */
  const ends = new Map<string, number>()

  const roll = async () => {
    const closing = current
    current = undefined
    await closing?.file.close().catch(() => undefined)
  }

  const begin = async () => {
    number += 1
    const segment = String(number).padStart(12, '0')
    return { segment, bytes: 0, file: await folder.create(segment) }
  }

  return {
    position: () => current,
    endOf: (segment) => (current?.segment === segment ? current.bytes : ends.get(segment)),
    roll,
    append: async (buffers) => {
      if (current !== undefined && current.bytes >= segmentBytes) await roll()
      current ??= await begin()
      const { file, segment, bytes } = current
      try {
        await file.append(buffers)
        await file.sync()
        current.bytes += buffers.reduce((sum, { length }) => sum + length, 0)
      } catch (error) {
        // After a failed sync nobody knows what is on disk: https://wiki.postgresql.org/wiki/Fsync_Errors
        // An empty segment is removed: on a full disk each attempt would leave one.
        const undone = bytes === 0 ? folder.remove(segment) : folder.truncate(segment, bytes)
        await undone.catch(() => void ends.set(segment, bytes))
        await roll()
        throw error
      }
    },
  }
}
