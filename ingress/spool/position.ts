import { decodeNote, encodeNote } from './checked-note.ts'
import { type Account, newAccount } from './find-missing.ts'
import { type FramePlace, headerBytes, readHeader } from './frame.ts'
import { readLength, type SegmentLength } from './segment-length.ts'
import type { SpoolFolder } from './spool-folder.ts'

/** A place in a segment. Everything before it has been drained. */
export interface Position {
  segment: string
  /** Offset in bytes. */
  at: number
  account: Account
}

/** The beginning of a segment. */
export const startOf = (segment: string): Position => ({ segment, at: 0, account: newAccount })

/**
 * Keeps the position for the next process. On a full disk the old note stays. Hooks then come again after a
 * restart, which is better than a spool that cannot be emptied.
 */
export const writePosition = async (folder: SpoolFolder, position: Position): Promise<void> => {
  const { segment, at, account } = position
  const { nextIndex, damaged, mark } = account
  await folder.writeNote(encodeNote({ segment, at, nextIndex, damaged, mark })).catch(() => undefined)
}

/**
 * The position that an earlier process noted. It may be too old, never too new: hooks may come again, but
 * none is skipped. Its segment may have been deleted.
 *
 * @returns undefined if the note is not valid. The note of a version without checksums is not valid, either:
 *   nothing would show that it is wrong.
 */
const decodePosition = (text: string): Position | undefined => {
  const { segment, at, nextIndex, damaged, mark } = decodeNote(text) ?? {}
  if (typeof segment !== 'string' || typeof at !== 'number' || typeof nextIndex !== 'number') return undefined
  const account = {
    ...newAccount,
    nextIndex,
    damaged: Number(damaged),
    mark: typeof mark === 'number' ? mark : undefined,
  }
  return { segment, at, account }
}

/** What an earlier process left. */
export interface SpoolStart {
  /** Names of the segments, oldest first. */
  segments: readonly string[]
  /** Where reading continues; undefined: at the beginning. */
  position: Position | undefined
  /** Why the note is not believed; undefined if it is believed, or if there is none. */
  noteFault: string | undefined
  /**
   * The newest segment there ever was. A new segment must not get the name of a deleted one: the note could
   * say that it is drained already.
   */
  lastSegment: string | undefined
}

/** Reads where the drain continues. A note that does not fit to the segments is not believed. */
export const readStart = async (folder: SpoolFolder): Promise<SpoolStart> => {
  const segments = await folder.segments()
  const text = await folder.readNote()
  const noted = text === undefined ? undefined : decodePosition(text)
  const isThere = noted !== undefined && segments.includes(noted.segment)
  const noteFault =
    text !== undefined && noted === undefined
      ? 'it is damaged, or was written by another version'
      : isThere && (await faultOf(folder, noted))
  const names = noted === undefined ? segments : [...segments, noted.segment]
  return {
    segments,
    position: isThere && !noteFault ? noted : undefined,
    noteFault: noteFault || undefined,
    lastSegment: names
      .filter((name) => /^\d+$/.test(name))
      .toSorted()
      .at(-1),
  }
}

const faultOf = async (
  folder: SpoolFolder,
  { segment, at, account }: Position,
): Promise<string | undefined> => {
  const size = await folder.size(segment)
  if (at > size) return 'it names a place after the end of the segment'
  const isNext =
    at === size
      ? isWhole(at, account, await readLength(folder, segment))
      : isExpected(account, await placeAt(folder, segment, at))
  return isNext ? undefined : 'the segment has been changed since it was written'
}

const isWhole = (at: number, { mark }: Account, length: SegmentLength | undefined): boolean =>
  length !== undefined && length.mark === mark && length.bytes === at

const isExpected = ({ mark, nextIndex }: Account, place: FramePlace | undefined): boolean =>
  place !== undefined && place.mark === mark && place.index >= nextIndex

/** Where the frame at this offset belongs; undefined if there is no sound header. */
export const placeAt = async (
  folder: Pick<SpoolFolder, 'read'>,
  segment: string,
  at: number,
): Promise<FramePlace | undefined> => {
  // Bytes that cannot be read are handled when their turn comes.
  const bytes = await folder.read(segment, at, headerBytes).catch(() => Buffer.alloc(0))
  const header = readHeader(bytes, 0)
  return typeof header === 'object' ? header.place : undefined
}
