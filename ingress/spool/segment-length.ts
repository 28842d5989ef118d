import { decodeNote, encodeNote } from './checked-note.ts'
import type { SpoolFolder } from './spool-folder.ts'

/**
 * How much a segment held for certain, kept in a file beside it. It is written after each sync and before
 * the hooks are acknowledged. So if less is found later, acknowledged hooks are missing. After a power
 * failure the file may be older than the segment: it then names fewer bytes, never more.
 */
export interface SegmentLength {
  /** The mark of all frames of the segment; undefined if it was not written before the power failed. */
  mark: number | undefined
  bytes: number
  records: number
}

/** The text has always the same size, so that it can be written over the one before it. */
const textBytes = 128

export const encodeLength = ({ mark, bytes, records }: SegmentLength): string =>
  encodeNote({ mark, bytes, records }).padEnd(textBytes)

/**
 * @returns undefined if nothing is known: the file is missing or damaged, or the segment was written by a
 *   version that did not have such files
 */
export const readLength = async (
  folder: Pick<SpoolFolder, 'readLength'>,
  segment: string,
): Promise<SegmentLength | undefined> => {
  const text = await folder.readLength(segment)
  if (text === undefined) return undefined
  // The power failed before the first bytes were on disk.
  if (/^\0*$/.test(text)) return { mark: undefined, bytes: 0, records: 0 }
  const { mark, bytes, records } = decodeNote(text) ?? {}
  if (!isCount(mark) || !isCount(bytes) || !isCount(records)) return undefined
  return { mark, bytes, records }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
