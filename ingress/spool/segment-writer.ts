import { randomInt } from 'node:crypto'
import { sealFrame } from './frame.ts'
import type { SegmentFile } from './segment-file.ts'
import { encodeLength } from './segment-length.ts'
import type { SpoolFolder } from './spool-folder.ts'

/** Where the writer is. Bytes after `bytes` in that segment are not durable yet. */
export interface WritePosition {
  segment: string
  bytes: number
}

export interface SegmentWriter {
  /**
   * Resolves once the frames are durable. After a failure none of their bytes count, and the next append
   * starts a new segment.
   */
  append(frames: readonly Buffer[]): Promise<void>
  position(): WritePosition | undefined
  /** Where the durable bytes of a segment end; undefined if they end at the end of the file. */
  endOf(segment: string): number | undefined
  /** Closes the current segment. The next append starts another one. */
  roll(): Promise<void>
}

interface OpenSegment extends WritePosition {
  file: SegmentFile
  mark: number
  /** How many hooks are durable. */
  records: number
}

/**
 * Writes segments one after the other. It never writes to a segment of an earlier process and never reuses
 * a name.
 *
 * @param segmentBytes a segment that has reached this size is closed
 * @param lastSegment the newest segment of an earlier process, if there was one
 */
export const createSegmentWriter = (
  folder: SpoolFolder,
  segmentBytes: number,
  lastSegment: string | undefined,
): SegmentWriter => {
  let number = lastSegment === undefined ? 0 : Number(lastSegment)
  let current: OpenSegment | undefined
  /** The valid ends of segments whose invalid rest could not be cut off. */
  const ends = new Map<string, number>()

  const roll = async () => {
    const closing = current
    current = undefined
    await closing?.file.close().catch(() => undefined)
  }
  const begin = async (): Promise<OpenSegment> => {
    number += 1
    const segment = String(number).padStart(12, '0')
    const file = await folder.create(segment)
    return { segment, bytes: 0, file, mark: randomInt(2 ** 32), records: 0 }
  }
  /** An empty segment is removed. Otherwise each attempt on a full disk would leave a file. */
  const undo = async ({ segment, bytes }: WritePosition) => {
    const undone = bytes === 0 ? folder.remove(segment) : folder.truncate(segment, bytes)
    await undone.catch(() => void ends.set(segment, bytes))
  }

  return {
    position: () => current,
    endOf: (segment) => (current?.segment === segment ? current.bytes : ends.get(segment)),
    roll,
    append: async (frames) => {
      if (current !== undefined && current.bytes >= segmentBytes) await roll()
      current ??= await begin()
      const segment = current
      const { file, mark, records } = segment
      try {
        await file.append(frames.map((frame, number) => sealFrame(frame, { mark, index: records + number })))
        await file.sync()
        segment.bytes += frames.reduce((sum, { length }) => sum + length, 0)
        segment.records += frames.length
      } catch (error) {
        // After a failed sync nobody knows what is on disk: https://wiki.postgresql.org/wiki/Fsync_Errors
        await undo(segment)
        await roll()
        throw error
      }
      // Without it, only less is known about damage that happens later.
      await file.writeLength(encodeLength(segment)).catch(() => undefined)
    },
  }
}
