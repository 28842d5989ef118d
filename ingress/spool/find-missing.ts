import type { Stretch } from './parse-frames.ts'
import type { SegmentLength } from './segment-length.ts'

/** How far the hooks of a segment have been accounted for. */
export interface Account {
  /** The index that the next frame should have. */
  nextIndex: number
  /** How many hooks have been reported as damaged since the last sound frame. */
  damaged: number
  /** The mark of the sound frames; undefined before the first one. */
  mark: number | undefined
  /** Whether the hooks that are missing at the end of the segment have been reported. */
  isSettled: boolean
}

export const newAccount: Account = { nextIndex: 0, damaged: 0, mark: undefined, isSettled: false }

/**
 * Bytes with damage, or a place where hooks are missing. `hooks` is how many acknowledged hooks were lost
 * there, or 1 if the number is not known.
 */
export interface DamageStretch {
  kind: 'corrupt' | 'unreadable' | 'missing'
  start: number
  end: number
  hooks: number
}

/** Bytes that were being written when the process died. Their hook was not acknowledged. */
interface TornStretch {
  kind: 'torn'
  start: number
  end: number
}

export type JudgedStretch = Extract<Stretch, { kind: 'hook' }> | TornStretch | DamageStretch

export interface Judged {
  stretches: JudgedStretch[]
  account: Account
}

/** Bytes that the disk does not return, with the beginning of the hook before them. */
export interface UnreadableStretch {
  kind: 'unreadable'
  start: number
  end: number
}

/**
 * Decides what is damage, and how many hooks are lost by it.
 *
 * @param account of the segment before these stretches
 * @param isTorn whether the bytes from here to the end of the segment may never have been acknowledged
 */
export const judgeStretches = (
  stretches: readonly (Stretch | UnreadableStretch)[],
  account: Account,
  isTorn: (start: number) => boolean,
): Judged => {
  const judged: JudgedStretch[] = []
  let { nextIndex, damaged, mark } = account
  for (const stretch of stretches) {
    const { kind, start, end } = stretch
    if (kind === 'torn' && isTorn(start)) judged.push({ kind, start, end })
    else if (kind !== 'hook') {
      judged.push({ kind: kind === 'torn' ? 'corrupt' : kind, start, end, hooks: 1 })
      damaged += 1
    } else {
      const index = stretch.place?.index ?? nextIndex + damaged
      addMissing(judged, index - nextIndex - damaged, start)
      judged.push(stretch)
      mark = stretch.place?.mark ?? mark
      // A lower index is a copy of an older frame, in the place of another frame.
      if (index < nextIndex) continue
      damaged = 0
      nextIndex = index + 1
    }
  }
  return { stretches: judged, account: { ...account, nextIndex, damaged, mark } }
}

/**
 * The acknowledged hooks that were not found in a segment that has been read to its end.
 *
 * @param length what the segment held; undefined if this is not known
 */
export const countMissingAtEnd = (account: Account, length: SegmentLength | undefined): number => {
  if (length === undefined || account.isSettled) return 0
  // The file contains another segment.
  if (hasOtherMark(account, length)) return length.records
  return Math.max(0, length.records - account.nextIndex - account.damaged)
}

export const hasOtherMark = ({ mark }: Account, length: SegmentLength): boolean =>
  mark !== undefined && length.mark !== undefined && mark !== length.mark

const addMissing = (judged: JudgedStretch[], hooks: number, at: number): void => {
  if (hooks <= 0) return
  const last = judged.at(-1)
  if (last !== undefined && last.kind !== 'hook' && last.kind !== 'torn') last.hooks += hooks
  else judged.push({ kind: 'missing', start: at, end: at, hooks })
}
