import { parseFrames, type Stretch } from './frame.ts'
import type { WritePosition } from './segment-writer.ts'
import type { SpoolFolder } from './spool-folder.ts'

export interface SegmentReader {
  /** The next stretches, up to about a megabyte; empty where everything durable has been read. Does not move. */
  peek(): Promise<{ segment: string; stretches: readonly Stretch[] }>
  /** Moves behind what was last peeked. @returns the bytes passed */
  advance(): Promise<number>
  /** Removes the segments that have been read to their end. */
  tidy(): Promise<void>
}

const pieceBytes = 1024 * 1024
const maxStretches = 500

/** Reads segments one after the other. @param written where the writer is */
export const createSegmentReader = (
  folder: SpoolFolder,
  start: Position | undefined,
  written: () => WritePosition | undefined,
): SegmentReader => {
  let position = start
  let peekedEnd = 0

  const segmentAfter = async (segment: string | undefined): Promise<string | undefined> =>
    (await folder.segments()).find((candidate) => segment === undefined || candidate > segment)

  const durableSize = async (segment: string): Promise<number> => {
    const writing = written()
    return writing?.segment === segment ? writing.bytes : folder.size(segment)
  }

  const isBeingWritten = (segment: string) => written()?.segment === segment

  return {
    peek: async () => {
      let needs = pieceBytes
      for (;;) {
        if (position === undefined) {
          const segment = await segmentAfter(undefined)
          if (segment === undefined) return { segment: '', stretches: [] }
          position = { segment, at: 0 }
        }
        const { segment, at } = position
        const size = await durableSize(segment)
        if (at >= size) {
          const next = isBeingWritten(segment) ? undefined : await segmentAfter(segment)
          if (next === undefined) return { segment, stretches: [] }
          position = { segment: next, at: 0 }
          continue
        }
        const piece = await folder.read(segment, at, Math.min(Math.max(needs, pieceBytes), size - at))
        const reachesEnd = at + piece.length >= size
        const parsed = parseFrames(piece, at, reachesEnd && !isBeingWritten(segment))
        const stretches = parsed.stretches.slice(0, maxStretches)
        const last = stretches.at(-1)
        if (last !== undefined) {
          peekedEnd = last.end
          return { segment, stretches }
        }
        if (reachesEnd) return { segment, stretches: [] }
        needs = parsed.needs
      }
    },
    advance: async () => {
      if (position === undefined) return 0
      const passed = peekedEnd - position.at
      position = { ...position, at: peekedEnd }
      await folder.writeNote(JSON.stringify(position))
      return passed
    },
    tidy: async () => {
      if (position === undefined) return
      for (const segment of await folder.segments()) {
        const isOlder = position !== undefined && segment < position.segment
        const isThrough = segment === position?.segment && position.at >= (await durableSize(segment))
        if (!(isOlder || isThrough) || isBeingWritten(segment)) continue
        await folder.remove(segment)
        if (isThrough) position = undefined
      }
    },
  }
}

export interface Position {
  segment: string
  at: number
}

/** Where an earlier process had got to. The note may be older than the truth, never newer: hooks may come twice. */
export const readPosition = async (folder: SpoolFolder): Promise<Position | undefined> => {
  const segments = await folder.segments()
  try {
    const position = JSON.parse((await folder.readNote()) ?? '') as Position
    return segments.includes(position.segment) ? position : undefined
  } catch {
    return undefined
  }
}
